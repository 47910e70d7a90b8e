import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decryptBackup, encryptBackup } from "@chatelaine/backup";
import { Keyring, SecretBytes, text } from "@chatelaine/crypto";
import { NO_PEERS } from "../../src/cluster/no-peers.ts";
import { CACHED_SECRET_TIMINGS } from "../../src/domain/keyring/cached-secret-timings.ts";
import { hpkeSealing } from "../../src/domain/keyring/keyring-sealing.ts";
import { Roster } from "../../src/domain/node/roster.ts";
import { MastershipLoop } from "../../src/cluster/mastership-loop.ts";
import { SsoService } from "../../src/cluster/sso-service.ts";
import type { Caller } from "../../src/domain/access/caller.ts";
import { Auditor } from "../../src/domain/audit/auditor.ts";
import { GroupedDisclosures } from "../../src/domain/audit/disclosures.ts";
import { CachedLookups } from "../../src/domain/cached-lookups/cached-lookups.ts";
import { NOTHING_SEEN, type Seen, type SeenStore } from "../../src/domain/charter/seen.ts";
import { Trust } from "../../src/domain/charter/trust.ts";
import { ImportDesk } from "../../src/domain/bindings/import-desk.ts";
import type { EventSink } from "../../src/domain/event/event-sink.ts";
import { KeyringHolder } from "../../src/domain/keyring/keyring-holder.ts";
import type { BackupCipher } from "../../src/domain/master-secret/backup-cipher.ts";
import { MASTERSHIP_TIMINGS } from "../../src/domain/mastership/mastership-timings.ts";
import type { NodeIdentity, NodeSelf } from "../../src/domain/node/node-identity.ts";
import { RowGuard } from "../../src/domain/stamp/row-guard.ts";
import type { SsoDatabase, SsoDatabaseLocation } from "../../src/domain/store/sso-database.ts";
import { createSystem, type NewFile } from "../../src/domain/system/create-system.ts";
import type { NewStateDirectory } from "../../src/domain/system/new-state-directory.ts";
import { databaseFiles } from "../../src/platform/database-files.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { systemRandom } from "../../src/platform/random.ts";
import { endOfTurn, systemScheduler } from "../../src/platform/scheduler.ts";
import { sqliteLocation } from "../../src/storage/sqlite/sqlite-location.ts";

/** The use cases of one node over a real SQLite file, without processes and sockets. */

export const EFFECTS = { clock: systemClock, random: systemRandom, scheduler: systemScheduler };
export const CALLER: Caller = {
  kind: "local-administrator",
  name: "tester",
  source: "process",
  requestId: "req_test",
};
export const PASSPHRASE = "correct horse battery staple";
const WORK_FACTOR = 2;

/** Real age files, at a work factor that costs nothing. */
export const testCipher: BackupCipher = {
  encrypt: (contents, passphrase) =>
    encryptBackup(contents, passphrase, { workFactor: WORK_FACTOR }),
  decrypt: decryptBackup,
};

export function secret(value: string): SecretBytes {
  return SecretBytes.copyOf(text(value));
}

/** A state directory in memory, which can be made to fail. */
export class MemoryStateDirectory implements NewStateDirectory, SeenStore {
  self: NodeSelf | undefined;
  identity: NodeIdentity | undefined;
  seen: Seen = NOTHING_SEEN;
  isAbandoned = false;

  prepare(self: NodeSelf): Promise<void> {
    this.self = self;
    return Promise.resolve();
  }

  publish(identity: NodeIdentity, seen: Seen): Promise<void> {
    this.identity = identity;
    this.seen = seen;
    return Promise.resolve();
  }

  abandon(): Promise<void> {
    this.isAbandoned = true;
    return Promise.resolve();
  }

  load(): Promise<Seen> {
    return Promise.resolve(this.seen);
  }

  save(seen: Seen): Promise<void> {
    this.seen = seen;
    return Promise.resolve();
  }
}

/** A file in memory; `damage` changes what is read back. */
export class MemoryFile implements NewFile {
  readonly path = "/backups/first.age";
  bytes: Uint8Array | undefined;
  damage: (bytes: Uint8Array) => Uint8Array = (bytes) => bytes;

  write(bytes: Uint8Array): Promise<void> {
    this.bytes = bytes;
    return Promise.resolve();
  }

  readBack(): Promise<Uint8Array> {
    return Promise.resolve(this.damage(this.bytes ?? new Uint8Array()));
  }

  remove(): Promise<void> {
    this.bytes = undefined;
    return Promise.resolve();
  }
}

export class RecordedEvents implements EventSink {
  readonly codes: string[] = [];

  raise(code: Parameters<EventSink["raise"]>[0]): void {
    this.codes.push(code);
  }
}

export interface TestPlace {
  readonly path: string;
  readonly location: SsoDatabaseLocation;
  discard(): void;
}

export function makePlace(): TestPlace {
  const directory = mkdtempSync(join(tmpdir(), "chatelaine-use-case-"));
  const path = join(directory, "sso.db");
  return {
    path,
    location: sqliteLocation(path, { ...EFFECTS, files: databaseFiles }),
    discard: () => {
      rmSync(directory, { recursive: true });
    },
  };
}

/** A system that was created and not yet started. */
export interface TestSystem {
  readonly place: TestPlace;
  readonly directory: MemoryStateDirectory;
  readonly backupFile: MemoryFile;
}

export async function makeSystem(
  place = makePlace(),
  directory = new MemoryStateDirectory(),
  backupFile = new MemoryFile(),
): Promise<TestSystem> {
  using passphrase = secret(PASSPHRASE);
  await createSystem(
    {
      location: place.location,
      stateDirectory: directory,
      backupFile,
      cipher: testCipher,
      guard: new RowGuard(new RecordedEvents()),
      effects: EFFECTS,
    },
    CALLER,
    { nodeName: "first", passphrase, place: "trial" },
  );
  return { place, directory, backupFile };
}

/** Everything the use cases of a started node need, under the names they use. */
export interface TestNode {
  readonly database: SsoDatabase;
  readonly service: SsoService;
  readonly role: MastershipLoop;
  readonly self: NodeSelf;
  readonly trust: Trust;
  readonly holder: KeyringHolder;
  readonly keyring: KeyringHolder;
  readonly events: RecordedEvents;
  readonly guard: RowGuard;
  readonly auditor: Auditor;
  readonly lookups: CachedLookups;
  readonly disclosures: GroupedDisclosures;
  readonly importDesk: ImportDesk;
  readonly breathe: () => Promise<void>;
  readonly random: typeof systemRandom;
  readonly clock: typeof systemClock;
  stop(): Promise<void>;
}

const SOON_MS = 5000;
const LOOKUP_LIMITS = { entriesMax: 1000, bytesMax: 1_000_000, timeoutMs: 60_000 };

/** Starts a node over the system's database; resolves when it is master secret server. */
export async function startTestNode(
  system: TestSystem,
  expectation: "becomes-master" | "waits" = "becomes-master",
): Promise<TestNode> {
  const { self } = system.directory;
  if (self === undefined) {
    throw new TypeError("the system was not created");
  }
  const database = await system.place.location.open();
  const events = new RecordedEvents();
  const trust = new Trust(self, events);
  const holder = new KeyringHolder(EFFECTS.clock);
  const auditor = new Auditor(EFFECTS.clock, self.nodeId);
  const service = await SsoService.open({
    database,
    self,
    trust,
    holder,
    seen: system.directory,
    roster: new Roster(),
    peers: NO_PEERS,
    sealing: hpkeSealing(EFFECTS.random),
    effects: {
      ...EFFECTS,
      events,
      auditor,
      timings: MASTERSHIP_TIMINGS,
      cachedSecret: CACHED_SECRET_TIMINGS,
    },
  });
  if (expectation === "becomes-master") {
    await service.loop.becomeMaster(SOON_MS);
  }
  return {
    database,
    service,
    role: service.loop,
    self,
    trust,
    holder,
    keyring: holder,
    events,
    guard: new RowGuard(events),
    auditor,
    lookups: new CachedLookups({ ...EFFECTS, database, limits: LOOKUP_LIMITS }),
    disclosures: new GroupedDisclosures({ ...EFFECTS, database }),
    importDesk: new ImportDesk(endOfTurn),
    breathe: endOfTurn,
    random: EFFECTS.random,
    clock: EFFECTS.clock,
    stop: async () => {
      await service.stop();
      await database.close();
    },
  };
}

/** A ring of the same system and version number, but of another secret. */
export function strangersRing(self: NodeIdentity): Keyring {
  const stranger = SecretBytes.random(EFFECTS.random, 32);
  return Keyring.of(self.systemId, [{ number: 1, state: "primary", secret: stranger }]);
}
