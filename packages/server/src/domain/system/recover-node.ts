import {
  Authority,
  CryptoError,
  NodeKeys,
  newNodeId,
  sealKeyring,
  signCharter,
  warrantId,
  type BackupContents,
  type Charter,
  type RandomSource,
  type SecretBytes,
  eraseKeyringSecrets,
} from "@chatelaine/crypto";
import { CodedError } from "../../base/coded-error.ts";
import type { Clock } from "../../platform/clock.ts";
import type { Caller } from "../access/caller.ts";
import { Auditor } from "../audit/auditor.ts";
import { Trust } from "../charter/trust.ts";
import type { EventSink } from "../event/event-sink.ts";
import type { BackupCipher } from "../master-secret/backup-cipher.ts";
import {
  asCharterSays,
  assertComplete,
  assertOfSystem,
  charterOfBackup,
  heldVersions,
  openBackup,
} from "../master-secret/open-backup.ts";
import type { MasterRole } from "../mastership/master-role.ts";
import type { NewStateDirectory } from "./new-state-directory.ts";
import { isNodeId } from "../node/is-node-id.ts";
import type { NodeSelf } from "../node/node-identity.ts";
import type { NodeReader, NodeRow, NodeStore } from "../node/node-store.ts";
import type { AuditStore } from "../audit/audit-store.ts";
import type { CharterReader, CharterStore } from "../charter/charter-store.ts";
import type { SealedKeyringStore } from "../keyring/sealed-keyring-store.ts";
import type { VersionStore } from "../keyring/version-store.ts";
import type { Reads } from "../transaction/transactions.ts";
import type { SystemReader } from "./system-store.ts";
import { signCandidateWarrant } from "./found-system.ts";

/** What is left of the system. */
export interface LostStores {
  readonly system: SystemReader;
  readonly charter: CharterReader;
  readonly nodes: NodeReader;
}

/** What a recovery writes. */
export interface RecoveredStores {
  readonly charter: CharterStore;
  readonly nodes: NodeStore;
  readonly sealedKeyrings: SealedKeyringStore;
  readonly versions: VersionStore;
  readonly audit: AuditStore;
}

export interface RecoverDeps {
  readonly database: Reads<LostStores>;
  readonly stateDirectory: NewStateDirectory;
  readonly cipher: BackupCipher;
  readonly events: EventSink;
  readonly effects: { readonly random: RandomSource; readonly clock: Clock };
  /** Claims the role for the new node once the lease is free; throws `master-secret-server-active`. */
  readonly claim: (self: NodeSelf) => Promise<ClaimedRole>;
}

export interface ClaimedRole extends MasterRole<RecoveredStores> {
  readonly epoch: bigint;
  giveUp(): Promise<void>;
}

export interface RecoverRequest {
  readonly file: Uint8Array;
  readonly passphrase: SecretBytes;
  readonly nodeName: string;
}

export interface RecoveredNode {
  readonly self: NodeSelf;
  readonly charter: Charter;
  /** Nodes that were revoked: their state directories are lost, or in the wrong hands. */
  readonly revoked: readonly string[];
}

/**
 * Brings a system back when every state directory is lost, from its database and a backup: a new
 * node with new keys, all earlier nodes revoked, a new charter. If the database is older than the
 * backup, the charter begins a new incarnation and lists the versions the database did not know.
 */
export async function recoverNode(
  deps: RecoverDeps,
  caller: Caller,
  request: RecoverRequest,
): Promise<RecoveredNode> {
  const contents = await openBackup(deps.cipher, request.file, request.passphrase);
  try {
    const seed = contents.secrets.authoritySeed;
    if (seed === undefined) {
      throw new CodedError("backup-not-a-backup", { detail: "the file lacks the authority's key" });
    }
    using authority = Authority.fromSeed(seed);
    return await recoverWith(deps, caller, request.nodeName, { contents, authority });
  } finally {
    eraseKeyringSecrets(contents.secrets);
  }
}

interface Opened {
  readonly contents: BackupContents;
  readonly authority: Authority;
}

async function recoverWith(
  deps: RecoverDeps,
  caller: Caller,
  nodeName: string,
  opened: Opened,
): Promise<RecoveredNode> {
  const { random } = deps.effects;
  const { systemId } = opened.contents.secrets;
  const { charter: stored, nodes } = await readSystem(deps, opened);
  const self: NodeSelf = {
    systemId,
    nodeId: newNodeId(random),
    name: nodeName,
    authorityKey: opened.authority.publicKey,
    keys: NodeKeys.generate(random),
  };
  const charter = nextCharter(stored, opened, nodes);
  const secrets = asCharterSays(opened.contents.secrets, charter);
  const hpkeKey = self.keys.publicKeys.hpkeKey;
  const sealed = await sealKeyring(
    secrets,
    { nodeId: self.nodeId, role: "candidate", hpkeKey },
    random,
  );
  await deps.stateDirectory.prepare(self);
  try {
    const role = await deps.claim(self);
    try {
      await role.fenced("node.recover", (stores) =>
        store(deps, stores, caller, { self, charter, sealed, nodes, ...opened }),
      );
    } finally {
      await role.giveUp();
    }
    await deps.stateDirectory.publish(self, {
      incarnation: charter.incarnation,
      charterSerial: charter.serial,
      keyringRevision: charter.keyringRevision,
      epoch: role.epoch,
    });
  } catch (error) {
    await deps.stateDirectory.abandon();
    throw error;
  }
  return { self, charter, revoked: nodes.map(({ nodeId }) => nodeId) };
}

/** Throws `backup-wrong-system`, `statement-not-authentic`, `backup-lacks-version`. */
function readSystem(
  deps: RecoverDeps,
  { contents, authority }: Opened,
): Promise<{ charter: Charter; nodes: readonly NodeRow[] }> {
  return deps.database.read(async (stores) => {
    const system = await stores.system.find();
    if (system === undefined) {
      throw new CodedError("system-not-found");
    }
    const pinned = { systemId: system.systemId, authorityKey: authority.publicKey };
    assertOfSystem(contents, pinned);
    const charter = await new Trust(pinned, deps.events).charter(stores);
    assertComplete(charter, heldVersions(contents.secrets));
    return { charter, nodes: await stores.nodes.list() };
  });
}

function nextCharter(stored: Charter, opened: Opened, nodes: readonly NodeRow[]): Charter {
  const backedUp = charterOfBackup(opened.contents, opened.authority.publicKey);
  const isBehind =
    backedUp.incarnation > stored.incarnation ||
    (backedUp.incarnation === stored.incarnation && backedUp.serial > stored.serial);
  const unknown = backedUp.versions
    .filter(({ number, state }) => {
      return state !== "destroyed" && !stored.versions.some((known) => known.number === number);
    })
    .map((version) => ({ ...version, state: "retired" as const }));
  const revokedNodes = new Set([
    ...stored.revokedNodes,
    ...backedUp.revokedNodes,
    ...nodes.map(({ nodeId }) => nodeId).filter(isNodeId),
  ]);
  const revokedWarrants = new Set([
    ...stored.revokedWarrants,
    ...backedUp.revokedWarrants,
    ...nodes.map(({ warrant }) => warrantIdOf(warrant)),
  ]);
  return {
    ...stored,
    serial: largest(stored.serial, backedUp.serial) + 1n,
    incarnation: isBehind
      ? largest(stored.incarnation, backedUp.incarnation) + 1n
      : stored.incarnation,
    keyringRevision: largest(stored.keyringRevision, backedUp.keyringRevision) + 1n,
    versions: [...stored.versions, ...unknown].sort((a, b) => a.number - b.number),
    revokedNodes: [...revokedNodes].sort(),
    revokedWarrants: [...revokedWarrants].filter((id) => id !== "").sort(),
  };
}

function largest(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

/** A forged warrant names nothing that could be revoked. */
function warrantIdOf(warrant: string): string {
  try {
    return warrantId(warrant);
  } catch (error) {
    if (error instanceof CryptoError) {
      return "";
    }
    throw error;
  }
}

interface Recovery extends Opened {
  readonly self: NodeSelf;
  readonly charter: Charter;
  readonly sealed: Uint8Array;
  readonly nodes: readonly NodeRow[];
}

async function store(
  deps: RecoverDeps,
  stores: RecoveredStores,
  caller: Caller,
  { self, charter, sealed, nodes, authority }: Recovery,
): Promise<void> {
  const { nodeId, systemId } = self;
  for (const node of nodes) {
    await stores.nodes.remove(node.nodeId);
  }
  const warrant = signCandidateWarrant(authority, self, charter.serial);
  await stores.nodes.put({ nodeId, warrant });
  const known = await stores.versions.list();
  for (const { number, state, checkValue } of charter.versions) {
    if (state === "destroyed") {
      continue;
    }
    // The charter decides, also over a row whose state somebody has edited.
    if (known.some((version) => version.number === number)) {
      await stores.versions.setState(number, state);
    } else {
      await stores.versions.add({ number, state, checkValue });
    }
  }
  const note = signCharter(authority, systemId, charter);
  await stores.charter.put({ serial: charter.serial, note });
  await stores.sealedKeyrings.put({ nodeId, revision: charter.keyringRevision, sealed });
  await stores.audit.record(
    new Auditor(deps.effects.clock, nodeId).entry(caller, "node.recover", { nodeId }),
  );
}
