import {
  checkValueOf,
  equalBytes,
  type Charter,
  type Keyring,
  type KeyringSecrets,
  type KeyringVersion,
  type Warrant,
} from "@chatelaine/crypto";
import type { AcceptedDatabase } from "@chatelaine/protocol";
import { CodedError } from "../../base/coded-error.ts";
import type { Caller } from "../access/caller.ts";
import type { AuditStore } from "../audit/audit-store.ts";
import type { Auditor } from "../audit/auditor.ts";
import type { CharterStore } from "../charter/charter-store.ts";
import { behind, seenAfter, type Seen } from "../charter/seen.ts";
import type { EventSink } from "../event/event-sink.ts";
import type { KeyringSealing } from "../keyring/keyring-sealing.ts";
import type { SealedKeyringRow, SealedKeyringStore } from "../keyring/sealed-keyring-store.ts";
import type { VersionStore } from "../keyring/version-store.ts";
import type { MasterRole } from "../mastership/master-role.ts";
import { signedCharter } from "./change-nodes.ts";
import {
  loadStoredAuthority,
  type AuthorityStores,
  type LoadAuthorityDeps,
  type LoadedAuthority,
} from "./load-authority.ts";
import type { NodeReader } from "../node/node-store.ts";
import { sealToCandidate } from "./seal-to-candidate.ts";
import type { Reads } from "../transaction/transactions.ts";

export interface AcceptedStores {
  readonly charter: CharterStore;
  readonly versions: VersionStore;
  readonly sealedKeyrings: SealedKeyringStore;
  readonly audit: AuditStore;
}

export interface AcceptDatabaseDeps extends LoadAuthorityDeps {
  readonly database: Reads<AuthorityStores & { readonly nodes: NodeReader }>;
  /** Claims the role with a database that is behind; throws `master-secret-server-active`. */
  readonly role: MasterRole<AcceptedStores> & { becomeMaster(): Promise<void> };
  readonly sealing: KeyringSealing;
  readonly known: KnownElsewhere;
  readonly records: { readonly auditor: Auditor; readonly events: EventSink };
}

/** What is known beside the database. */
export interface KnownElsewhere {
  /** The keyring in this node's memory. */
  held(): Keyring | undefined;
  /** The highest that this node has seen. */
  seen(): Seen;
  /** The highest that each other node has seen that can be reached now. */
  seenByOthers(): Promise<readonly Seen[]>;
}

export interface DatabaseAcceptance {
  readonly view: AcceptedDatabase;
  readonly charter: Charter;
}

/**
 * Goes on with a database that went back in time: a charter of the next incarnation, with a serial
 * above all that any node has seen. Versions of the master secret that the database does not know
 * and this node holds are listed again as retired, so that they go on opening what was sealed under
 * them; and nobody is trusted again whom the charter in this node's memory revokes. Throws
 * `database-not-behind`, `master-secret-unavailable`, `master-secret-server-active`, and what
 * `loadStoredAuthority` throws.
 */
export async function acceptDatabase(
  deps: AcceptDatabaseDeps,
  caller: Caller,
): Promise<DatabaseAcceptance> {
  using loaded = await loadStoredAuthority(deps);
  const others = await deps.known.seenByOthers();
  assertBehind(loaded.charter, [deps.known.seen(), ...others]);
  const copies = deps.known.held()?.exportVersions() ?? [];
  try {
    const next = nextIncarnation(deps, loaded, copies, others);
    const sealed = await sealToAll(deps, loaded, next);
    const takeBack = deps.trust.accept(loaded.charter);
    try {
      await deps.role.becomeMaster();
      await deps.role.fenced("system.accept-database", (stores) =>
        store(deps, stores, caller, { ...next, loaded, sealed }),
      );
    } finally {
      takeBack();
    }
    return told(deps, next);
  } finally {
    for (const { secret } of copies) {
      secret.erase();
    }
  }
}

function assertBehind(charter: Charter, seen: readonly Seen[]): void {
  if (seen.every((one) => behind(one, charter) === undefined)) {
    throw new CodedError("database-not-behind", {
      detail:
        "no node has seen a newer charter than the database holds: there is nothing to accept",
    });
  }
}

interface NextIncarnation {
  readonly charter: Charter;
  readonly secrets: KeyringSecrets;
  readonly relisted: readonly number[];
}

function nextIncarnation(
  { known, self, trust }: AcceptDatabaseDeps,
  { charter: stored, secrets }: LoadedAuthority,
  held: readonly KeyringVersion[],
  others: readonly Seen[],
): NextIncarnation {
  const { systemId } = self;
  const described = held.map((version) => ({
    ...version,
    state: "retired" as const,
    checkValue: checkValueOf({ systemId, ...version }),
  }));
  const unknown = described.filter(
    ({ number }) => !stored.versions.some((version) => version.number === number),
  );
  assertNoOtherSecret(stored, described);
  const newest = trust.newestCharter ?? stored;
  const seen = [seenAfter(known.seen(), stored, 0n), known.seen(), ...others];
  const largest = (of: (one: Seen) => bigint): bigint =>
    seen.map(of).reduce((a, b) => (a > b ? a : b));
  const charter: Charter = {
    ...stored,
    incarnation: largest(({ incarnation }) => incarnation) + 1n,
    serial: largest(({ charterSerial }) => charterSerial) + 1n,
    keyringRevision: largest(({ keyringRevision }) => keyringRevision) + 1n,
    versions: [
      ...stored.versions,
      ...unknown.map(({ number, state, checkValue }) => ({ number, state, checkValue })),
    ].sort((a, b) => a.number - b.number),
    revokedNodes: union(stored.revokedNodes, newest.revokedNodes),
    revokedWarrants: union(stored.revokedWarrants, newest.revokedWarrants),
  };
  const versions = [...secrets.versions, ...unknown].sort((a, b) => a.number - b.number);
  return {
    charter,
    secrets: { ...secrets, versions, revision: charter.keyringRevision },
    relisted: unknown.map(({ number }) => number),
  };
}

/** Two secrets under one number: the copy was used, and rotated, by somebody else meanwhile. */
function assertNoOtherSecret(
  stored: Charter,
  held: readonly { readonly number: number; readonly checkValue: Uint8Array }[],
): void {
  const differs = held.filter(({ number, checkValue }) =>
    stored.versions.some(
      (version) => version.number === number && !equalBytes(version.checkValue, checkValue),
    ),
  );
  if (differs.length > 0) {
    throw new CodedError("keyring-mismatch", {
      detail:
        `version ${differs.map(({ number }) => number).join(", ")} of the master secret in the ` +
        "database is another one than this node holds; bring back another copy of the database",
    });
  }
}

function union<T extends string>(a: readonly T[], b: readonly T[]): readonly T[] {
  return [...new Set([...a, ...b])].sort();
}

/** Every candidate gets the new keyring: the one sealed to it before is of another revision. */
async function sealToAll(
  deps: AcceptDatabaseDeps,
  { charter: stored }: LoadedAuthority,
  { charter, secrets }: NextIncarnation,
): Promise<readonly SealedKeyringRow[]> {
  const warrants = await deps.database.read((stores) => deps.trust.liveWarrants(stores, stored));
  const isKept = ({ nodeId }: Warrant): boolean => !charter.revokedNodes.includes(nodeId);
  const sealed = await Promise.all(
    warrants.filter(isKept).map((warrant) => sealToCandidate(deps, secrets, warrant)),
  );
  return sealed.filter((row) => row !== undefined);
}

interface Acceptance extends NextIncarnation {
  readonly loaded: LoadedAuthority;
  readonly sealed: readonly SealedKeyringRow[];
}

async function store(
  deps: AcceptDatabaseDeps,
  stores: AcceptedStores,
  caller: Caller,
  { charter, loaded, relisted, sealed }: Acceptance,
): Promise<void> {
  if ((await stores.charter.find())?.note !== loaded.charterNote) {
    throw new CodedError("revision-conflict", {
      detail: "the charter was changed by something else meanwhile; try again",
    });
  }
  const known = new Set((await stores.versions.list()).map(({ number }) => number));
  for (const { number, state, checkValue } of charter.versions) {
    if (state !== "destroyed" && relisted.includes(number) && !known.has(number)) {
      await stores.versions.add({ number, state, checkValue });
    }
  }
  await stores.charter.put({ serial: charter.serial, note: signedCharter(deps, loaded, charter) });
  for (const row of sealed) {
    await stores.sealedKeyrings.put(row);
  }
  const about = { incarnation: String(charter.incarnation), versions: relisted.join(" ") };
  await stores.audit.record(deps.records.auditor.entry(caller, "system.accept-database", about));
}

function told(
  { records }: AcceptDatabaseDeps,
  { charter, relisted }: NextIncarnation,
): DatabaseAcceptance {
  const incarnation = String(charter.incarnation);
  records.events.raise("trust.database-accepted", { incarnation });
  const charterSerial = String(charter.serial);
  return { charter, view: { incarnation, charterSerial, relistedVersions: relisted } };
}
