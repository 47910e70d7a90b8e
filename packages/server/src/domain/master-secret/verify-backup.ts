import {
  type BackupContents,
  type Keyring,
  type SecretBytes,
  eraseKeyringSecrets,
} from "@chatelaine/crypto";
import type { WallTimeMs } from "../../platform/clock.ts";
import type { Caller } from "../access/caller.ts";
import { backupStampColumns } from "../backup/backup.ts";
import type { Backup, BackupPlace } from "../backup/backup-store.ts";
import type { CharterReader } from "../charter/charter-store.ts";
import type { Trust } from "../charter/trust.ts";
import type { MasterRole } from "../mastership/master-role.ts";
import type { NodeIdentity } from "../node/node-identity.ts";
import { nextRevision } from "../transaction/revision.ts";
import type { Reads } from "../transaction/transactions.ts";
import type { BackupCipher } from "./backup-cipher.ts";
import type { BackupRecords, BackupStores } from "./backup-master-secret.ts";
import {
  asCharterSays,
  assertOfSystem,
  heldVersions,
  openBackup,
  type HeldVersion,
} from "./open-backup.ts";

export interface VerifyDeps {
  readonly database: Reads<{ readonly charter: CharterReader }>;
  readonly role: MasterRole<BackupStores>;
  readonly access: {
    readonly trust: Trust;
    readonly keyring: { forSealing(): Keyring };
    readonly identity: NodeIdentity;
  };
  readonly cipher: BackupCipher;
  readonly records: BackupRecords;
}

/** What a backup file was found to hold. */
export interface VerifiedBackup {
  readonly backup: Backup;
  readonly nodeName: string;
}

/**
 * Opens a backup file as it lies at `path`, compares it with the charter and records it as
 * verified. A file this database does not know (made before it was restored) is recorded anew.
 * Throws `backup-wrong-system`, `backup-lacks-version` and what `openBackup` throws; then nothing
 * is recorded.
 */
export async function verifyBackup(
  deps: VerifyDeps,
  caller: Caller,
  request: { readonly path: string; readonly file: Uint8Array; readonly passphrase: SecretBytes },
): Promise<VerifiedBackup> {
  const contents = await openBackup(deps.cipher, request.file, request.passphrase);
  try {
    assertOfSystem(contents, deps.access.identity);
    const versions = heldVersions(contents.secrets);
    const charter = await deps.database.read((stores) => deps.access.trust.charter(stores));
    asCharterSays(contents.secrets, charter);
    const backup = await record(deps, caller, contents, versions, request.path);
    return { backup, nodeName: contents.nodeName };
  } finally {
    eraseKeyringSecrets(contents.secrets);
  }
}

function record(
  deps: VerifyDeps,
  caller: Caller,
  contents: BackupContents,
  versions: readonly HeldVersion[],
  path: string,
): Promise<Backup> {
  const ring = deps.access.keyring.forSealing();
  return deps.role.fenced("secret.backup.verify", async (stores) => {
    const { backupId } = contents;
    const known = await knownBackup(deps, stores, ring, backupId);
    const backup: Backup = {
      backupId,
      revision: nextRevision(deps.records.random, known?.revision),
      madeAtMs: contents.createdAtMs as WallTimeMs,
      verifiedAtMs: deps.records.clock.wallTime(),
      place: placeOf(known, path),
      path,
      versions,
    };
    await stores.backups.put(deps.records.guard.stamp(ring, backupStampColumns, backup));
    await stores.audit.record(
      deps.records.auditor.entry(caller, "secret.backup.verify", { backupId }),
    );
    return backup;
  });
}

async function knownBackup(
  deps: VerifyDeps,
  { backups }: BackupStores,
  ring: Keyring,
  backupId: string,
): Promise<Backup | undefined> {
  const { guard } = deps.records;
  const found = await guard.read("backup", () => backups.find(backupId));
  return found && guard.verify(ring, backupStampColumns, found);
}

/** A trial's own backup becomes a chosen one when a copy of it is verified somewhere else. */
function placeOf(known: Backup | undefined, path: string): BackupPlace {
  return known?.place === "trial" && known.path === path ? "trial" : "chosen";
}
