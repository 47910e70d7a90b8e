import {
  Keyring,
  encodeBackup,
  type RandomSource,
  type SecretBytes,
  eraseKeyringSecrets,
} from "@chatelaine/crypto";
import { invariant } from "../../base/invariant.ts";
import type { Clock } from "../../platform/clock.ts";
import type { Caller } from "../access/caller.ts";
import { Auditor } from "../audit/auditor.ts";
import { backupStampColumns, newBackupId } from "../backup/backup.ts";
import type { Backup, BackupPlace, BackupStore } from "../backup/backup-store.ts";
import type { BackupCipher } from "../master-secret/backup-cipher.ts";
import {
  asCharterSays,
  assertOfSystem,
  heldVersions,
  openBackup,
} from "../master-secret/open-backup.ts";
import type { NewStateDirectory } from "./new-state-directory.ts";
import type { RowGuard } from "../stamp/row-guard.ts";
import { nextRevision } from "../transaction/revision.ts";
import type { AuditStore } from "../audit/audit-store.ts";
import type { CharterStore } from "../charter/charter-store.ts";
import type { SealedKeyringStore } from "../keyring/sealed-keyring-store.ts";
import type { VersionStore } from "../keyring/version-store.ts";
import type { NodeStore } from "../node/node-store.ts";
import type { SystemStore } from "./system-store.ts";
import { foundSystem, type FoundedSystem } from "./found-system.ts";

/** A file that does not exist yet. */
export interface NewFile {
  /** Safe to show. */
  readonly path: string;
  /** Writes it, durably, for nobody else to read. Throws `file-exists`, `file-unwritable`. */
  write(bytes: Uint8Array): Promise<void>;
  /** Its content as it now lies on the disk. */
  readBack(): Promise<Uint8Array>;
  remove(): Promise<void>;
}

/** What the transaction that creates a system writes. */
export interface FoundingStores {
  readonly system: SystemStore;
  readonly charter: CharterStore;
  readonly nodes: NodeStore;
  readonly sealedKeyrings: SealedKeyringStore;
  readonly versions: VersionStore;
  readonly backups: BackupStore;
  readonly audit: AuditStore;
}

/** Where there is no SSO database yet. */
export interface FoundingPlace {
  /** Schema and rows in one transaction: nothing is left if `run` throws. */
  create(run: (stores: FoundingStores) => Promise<void>): Promise<void>;
}

export interface CreateSystemDeps {
  readonly location: FoundingPlace;
  readonly stateDirectory: NewStateDirectory;
  readonly backupFile: NewFile;
  readonly cipher: BackupCipher;
  readonly guard: RowGuard;
  readonly effects: { readonly random: RandomSource; readonly clock: Clock };
}

export interface CreateSystemRequest {
  readonly nodeName: string;
  readonly passphrase: SecretBytes;
  readonly place: BackupPlace;
}

export interface CreatedSystem {
  readonly founded: FoundedSystem;
  readonly backup: Backup;
}

/**
 * Creates an SSO system in one act: node key, backup file (written, read back and opened), the
 * database, and last the state directory. If a step before the last fails nothing of the
 * others is left. If the machine dies, or the disk is full, once the database is made, the backup
 * is there too and `node recover` makes a state directory for it (P3).
 */
export async function createSystem(
  deps: CreateSystemDeps,
  caller: Caller,
  request: CreateSystemRequest,
): Promise<CreatedSystem> {
  const founded = await foundSystem(deps.effects.random, request.nodeName);
  try {
    await deps.stateDirectory.prepare(founded.self);
    return await withStateDirectory(deps, caller, request, founded);
  } finally {
    eraseKeyringSecrets(founded.secrets);
  }
}

async function withStateDirectory(
  deps: CreateSystemDeps,
  caller: Caller,
  request: CreateSystemRequest,
  founded: FoundedSystem,
): Promise<CreatedSystem> {
  try {
    const backup = await firstBackup(deps, request, founded);
    try {
      await deps.location.create((stores) => storeSystem(deps, stores, caller, founded, backup));
    } catch (error) {
      await deps.backupFile.remove();
      throw error;
    }
    const { serial, incarnation, keyringRevision } = founded.charter;
    const seen = { incarnation, keyringRevision, charterSerial: serial, epoch: 0n };
    await deps.stateDirectory.publish(founded.self, seen);
    return { founded, backup };
  } catch (error) {
    await deps.stateDirectory.abandon();
    throw error;
  }
}

async function firstBackup(
  deps: CreateSystemDeps,
  request: CreateSystemRequest,
  founded: FoundedSystem,
): Promise<Backup> {
  const { random, clock } = deps.effects;
  const backupId = newBackupId(random);
  const madeAtMs = clock.wallTime();
  using contents = encodeBackup({
    backupId,
    createdAtMs: madeAtMs,
    nodeName: founded.self.name,
    charterNote: founded.charterNote,
    secrets: founded.secrets,
  });
  await deps.backupFile.write(await deps.cipher.encrypt(contents, request.passphrase));
  try {
    await assertOpens(deps, request.passphrase, founded);
  } catch (error) {
    await deps.backupFile.remove();
    throw error;
  }
  return {
    backupId,
    revision: nextRevision(random, undefined),
    madeAtMs,
    verifiedAtMs: clock.wallTime(),
    place: request.place,
    path: deps.backupFile.path,
    versions: heldVersions(founded.secrets),
  };
}

/** What lies on the disk, not what was sent there, must open and hold every version. */
async function assertOpens(
  deps: CreateSystemDeps,
  passphrase: SecretBytes,
  founded: FoundedSystem,
): Promise<void> {
  const opened = await openBackup(deps.cipher, await deps.backupFile.readBack(), passphrase);
  try {
    assertOfSystem(opened, founded.self);
    asCharterSays(opened.secrets, founded.charter);
  } finally {
    eraseKeyringSecrets(opened.secrets);
  }
}

async function storeSystem(
  deps: CreateSystemDeps,
  stores: FoundingStores,
  caller: Caller,
  founded: FoundedSystem,
  backup: Backup,
): Promise<void> {
  const { self, secrets, charter } = founded;
  const { clock } = deps.effects;
  await stores.system.create({ systemId: self.systemId, createdAtMs: clock.wallTime() });
  for (const { number, state, checkValue } of charter.versions) {
    invariant(state !== "destroyed", "a new system has no destroyed version");
    await stores.versions.add({ number, state, checkValue });
  }
  await stores.charter.put({ serial: charter.serial, note: founded.charterNote });
  await stores.nodes.put({ nodeId: self.nodeId, warrant: founded.warrant });
  await stores.sealedKeyrings.put({
    nodeId: self.nodeId,
    revision: secrets.revision,
    sealed: founded.sealed,
  });
  const ring = Keyring.of(secrets.systemId, secrets.versions, secrets.revision);
  await stores.backups.put(deps.guard.stamp(ring, backupStampColumns, backup));
  const about = { systemId: self.systemId, backupId: backup.backupId };
  await stores.audit.record(new Auditor(clock, self.nodeId).entry(caller, "system.create", about));
}
