import {
  Authority,
  checkValueOf,
  type Charter,
  Keyring,
  joinSecretHash,
  type KeyringSecrets,
  newNodeId,
  NodeKeys,
  openCharter,
  openKeyring,
  SecretBytes,
  sealKeyring,
  signCharter,
  signInvitation,
  text,
} from "@chatelaine/crypto";
import { SYSTEM_EFFECTS } from "../../src/app/effects.ts";
import { invariant } from "../../src/base/invariant.ts";
import type { ApplicationId } from "../../src/domain/application-id/application-id.ts";
import { NOTHING_SEEN, type Seen } from "../../src/domain/charter/seen.ts";
import type { InvitationStore } from "../../src/domain/node/invitation-store.ts";
import type { NodeSelf } from "../../src/domain/node/node-identity.ts";
import { plusMs } from "../../src/platform/clock.ts";
import { RowGuard } from "../../src/domain/stamp/row-guard.ts";
import { nextRevision } from "../../src/domain/transaction/revision.ts";
import { createSystem } from "../../src/domain/system/create-system.ts";
import { signCandidateWarrant } from "../../src/domain/system/found-system.ts";
import { CALLER, CLEAR_CIPHER, NodeUnderTest } from "./node-under-test.ts";
import {
  putSnapshot,
  type RoguePlace,
  type Row,
  type Snapshot,
  takeSnapshot,
  withCells,
} from "./raw-database.ts";

const { random } = SYSTEM_EFFECTS;
const MASTER_SECRET_BYTES = 32;
const DAY_MS = 86_400_000;

/** Where the backups lie, as the rows say. */
export const BACKUP_PATH = "/backups/now.age";

/** Clear texts, none of which may ever come out under another name. */
export const CLEAR = {
  password: "password of orders",
  account: "account of orders",
  billing: "password of billing",
  billingEarlier: "password of billing, before",
  former: "account of shipping, before",
  partners: "password of partners",
} as const;

/** What a machine was told that is to join. */
export interface Invited {
  readonly nodeId: NodeSelf["nodeId"];
  readonly secret: Uint8Array;
}

/** A system with a past: rotated, with two candidates, three backups and two applications. */
export interface RogueSystem {
  readonly place: RoguePlace;
  readonly self: NodeSelf;
  readonly other: NodeSelf;
  /** What only candidates and backups hold; the suite signs authentic statements with it. */
  readonly secrets: KeyringSecrets;
  readonly ring: Keyring;
  readonly authority: Authority;
  readonly charter: Charter;
  readonly orders: ApplicationId;
  readonly billing: ApplicationId;
  readonly shipping: ApplicationId;
  /** Two invitations: nobody has joined by the one, `other` has by the other. */
  readonly invited: { readonly open: Invited; readonly used: Invited };
  /** As their bearers present them. */
  readonly tokens: { readonly admin: string; readonly reader: string; readonly revoked: string };
  /** The revision that the write with the key `once` gave. */
  readonly answeredOnce: string;
  readonly backupFile: Uint8Array;
  readonly seen: Seen;
  /** Everything as it was before, oldest first. */
  readonly earlier: readonly Snapshot[];
  readonly present: Snapshot;
}

/** Founds the system in an empty place and lives through its past. */
export async function makeRogueSystem(place: RoguePlace): Promise<RogueSystem> {
  const { self, seen } = await found(place);
  const first = await NodeUnderTest.open(place.location, self, seen);
  const orders = await first.createApplication("orders");
  const billing = await first.createApplication("billing");
  const shipping = await first.createApplication("shipping");
  await first.setItem(orders, "password", "password of orders, before");
  await first.setItem(orders, "account", "account of orders, before");
  await first.setItem(billing, "password", CLEAR.billingEarlier);
  await first.importBindings("partners", "password of partners, before");
  const tokens = {
    admin: await first.createToken("admin"),
    reader: await first.createToken("reader", orders),
    revoked: await first.createToken("revoked"),
  };
  await first.stop();
  await place.disarm();
  const beforeRotation = await takeSnapshot(place.raw);
  const rotated = await rotate(place, self, first.seen());
  const second = await NodeUnderTest.open(place.location, self, first.seen());
  await raiseGeneration(place, second, orders);
  for (const identifier of ["password", "account"] as const) {
    // What was sealed before the generation was raised does not open, and so is not changed.
    await second.deleteItem(orders, identifier);
    await second.setItem(orders, identifier, CLEAR[identifier]);
  }
  await second.setItem(billing, "password", CLEAR.billing);
  await second.setItem(billing, "account", "account of billing");
  await second.setItem(shipping, "password", "password of shipping");
  await second.setItem(shipping, "account", CLEAR.former);
  await second.setItem(shipping, "account", "account of shipping");
  await second.importBindings("partners", CLEAR.partners);
  await second.importBindings("others", "password of others");
  const answeredOnce = await second.setOnce(billing, "once");
  await second.setOnce(billing, "twice");
  await second.revokeToken(tokenIdOf(tokens.revoked));
  const { file } = await second.backup(BACKUP_PATH);
  const beforeVerification = await takeSnapshot(place.raw);
  await second.verify(BACKUP_PATH, file);
  await second.backup("/backups/never-verified.age");
  await second.stop();
  return {
    place,
    self,
    ...rotated,
    orders,
    billing,
    shipping,
    tokens,
    answeredOnce,
    backupFile: file,
    seen: second.seen(),
    earlier: [beforeRotation, beforeVerification],
    present: await takeSnapshot(place.raw),
  };
}

/** The public part of a token. */
export function tokenIdOf(bearer: string): string {
  return bearer.split("_")[1] ?? "";
}

async function found(place: RoguePlace): Promise<{ self: NodeSelf; seen: Seen }> {
  let file = new Uint8Array();
  let seen = NOTHING_SEEN;
  using passphrase = SecretBytes.copyOf(text("not used by the clear cipher"));
  const created = await createSystem(
    {
      location: place.location,
      stateDirectory: {
        prepare: () => Promise.resolve(),
        publish: async (_identity, published) => {
          seen = published;
        },
        abandon: () => Promise.resolve(),
      },
      backupFile: {
        path: "/backups/first.age",
        write: async (bytes) => {
          file = new Uint8Array(bytes);
        },
        readBack: () => Promise.resolve(file),
        remove: () => Promise.resolve(),
      },
      cipher: CLEAR_CIPHER,
      guard: new RowGuard({ raise: () => undefined }),
      effects: SYSTEM_EFFECTS,
    },
    CALLER,
    { nodeName: "first", passphrase, place: "chosen" },
  );
  return { self: created.founded.self, seen };
}

type Rotated = Pick<
  RogueSystem,
  "other" | "secrets" | "ring" | "authority" | "charter" | "invited"
>;

/** What a rotation and an admission leave behind: two versions, two candidates, a new charter. */
async function rotate(place: RoguePlace, self: NodeSelf, seen: Seen): Promise<Rotated> {
  const node = await NodeUnderTest.open(place.location, self, seen);
  const { opened, before } = await openEverything(node, self);
  const authority = authorityOf(opened);
  const secrets = rotatedSecrets(opened);
  const charter = rotatedCharter(before, secrets);
  const keys = NodeKeys.generate(random);
  const other: NodeSelf = { ...self, nodeId: newNodeId(random), name: "second", keys };
  const admitted = await Promise.all(
    [self, other].map(async (one) => ({
      nodeId: one.nodeId,
      warrant: signCandidateWarrant(authority, one, charter.serial),
      sealed: await sealTo(one, secrets),
    })),
  );
  const note = signCharter(authority, self.systemId, charter);
  const invited = { open: newInvited(newNodeId(random)), used: newInvited(other.nodeId) };
  await node.service.loop.fenced("rotate", async (stores) => {
    await stores.versions.setState(1, "retired");
    await stores.versions.add({
      number: 2,
      state: "primary",
      checkValue: secondCheckValue(charter),
    });
    for (const { nodeId, warrant, sealed } of admitted) {
      await stores.nodes.put({ nodeId, warrant });
      await stores.sealedKeyrings.put({ nodeId, revision: secrets.revision, sealed });
    }
    await stores.charter.put({ serial: charter.serial, note });
    for (const one of Object.values(invited)) {
      await stores.invitations.add(invitationRow(authority, self, one));
    }
    await stores.invitations.redeem(other.nodeId, SYSTEM_EFFECTS.clock.wallTime());
  });
  await node.stop();
  return { other, secrets, ring: ringOf(secrets), authority, charter, invited };
}

function newInvited(nodeId: NodeSelf["nodeId"]): Invited {
  return { nodeId, secret: random.bytes(MASTER_SECRET_BYTES) };
}

/** The row of an invitation to be a member, for a day, by whoever has an authority. */
export function invitationRow(
  authority: Authority,
  { systemId }: Pick<NodeSelf, "systemId">,
  { nodeId, secret }: Invited,
): Parameters<InvitationStore["add"]>[0] {
  const expiresAtMs = plusMs(SYSTEM_EFFECTS.clock.wallTime(), DAY_MS);
  const secretHash = joinSecretHash(secret);
  const invitation = { nodeId, role: "member", secretHash, expiresAtMs } as const;
  return { nodeId, note: signInvitation(authority, systemId, invitation), expiresAtMs };
}

async function openEverything(
  { database }: NodeUnderTest,
  self: NodeSelf,
): Promise<{ opened: KeyringSecrets; before: Charter }> {
  const { charter, row } = await database.read(async (stores) => ({
    charter: await stores.charter.find(),
    row: await stores.sealedKeyrings.find(self.nodeId),
  }));
  invariant(charter !== undefined && row !== undefined, "a new system has charter and keyring");
  const { systemId, nodeId, keys, authorityKey } = self;
  const opener = { systemId, nodeId, keys, role: "candidate", revision: row.revision } as const;
  return {
    opened: await openKeyring(row.sealed, opener),
    before: openCharter(charter.note, systemId, authorityKey),
  };
}

export function authorityOf({ authoritySeed }: KeyringSecrets): Authority {
  invariant(authoritySeed !== undefined, "a candidate's keyring holds the authority's seed");
  return Authority.fromSeed(authoritySeed);
}

/** The keyring sealed to a candidate, by whoever knows its public key. */
export function sealTo(
  { nodeId, keys }: NodeSelf,
  secrets: KeyringSecrets,
): Promise<Uint8Array<ArrayBuffer>> {
  const { hpkeKey } = keys.publicKeys;
  return sealKeyring(secrets, { nodeId, hpkeKey, role: "candidate" }, random);
}

export function newMasterSecret(): SecretBytes {
  return SecretBytes.random(random, MASTER_SECRET_BYTES);
}

/** A ring of copies; the secrets stay the caller's. */
export function ringOf({ systemId, versions, revision }: KeyringSecrets): Keyring {
  const copies = versions.map(({ number, state, secret }) => ({
    number,
    state,
    secret: secret.use((bytes) => SecretBytes.copyOf(bytes)),
  }));
  return Keyring.of(systemId, copies, revision);
}

function rotatedSecrets(opened: KeyringSecrets): KeyringSecrets {
  const retired = opened.versions.map((version) => ({ ...version, state: "retired" as const }));
  const second = { number: 2, state: "primary" as const, secret: newMasterSecret() };
  return { ...opened, revision: opened.revision + 1n, versions: [...retired, second] };
}

/** The next charter, for these secrets. */
export function rotatedCharter(charter: Charter, secrets: KeyringSecrets): Charter {
  const { systemId } = secrets;
  return {
    ...charter,
    serial: charter.serial + 1n,
    keyringRevision: secrets.revision,
    versions: secrets.versions.map(({ number, state, secret }) => ({
      number,
      state,
      checkValue: checkValueOf({ systemId, number, secret }),
    })),
  };
}

function secondCheckValue({ versions: [, second] }: Charter): Uint8Array {
  invariant(second !== undefined, "a rotated charter lists two versions");
  return second.checkValue;
}

/** Raises the application's generation, as an administrator will: restamped, at its next revision. */
async function raiseGeneration(
  place: RoguePlace,
  node: NodeUnderTest,
  applicationId: ApplicationId,
): Promise<void> {
  const before = await node.getApplication(applicationId);
  const { row, stamp, stampVersion } = node.stampApplication({
    ...before,
    revision: nextRevision(random, before.revision),
    generation: before.generation + 1,
  });
  const cells = {
    revision: row.revision,
    generation: BigInt(row.generation),
    stamp,
    stamp_version: BigInt(stampVersion),
  };
  const { raw } = place;
  const isRaised = isApplication(applicationId);
  await putSnapshot(
    raw,
    withCells(await takeSnapshot(raw), "application", isRaised, () => cells),
  );
}

function isApplication(applicationId: ApplicationId): (row: Row) => boolean {
  return (row) => row["application_id"] === applicationId;
}
