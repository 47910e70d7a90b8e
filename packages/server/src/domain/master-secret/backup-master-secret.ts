import {
  encodeBackup,
  type Keyring,
  type RandomSource,
  type SecretBytes,
  eraseKeyringSecrets,
} from "@chatelaine/crypto";
import { CodedError } from "../../base/coded-error.ts";
import type { Clock } from "../../platform/clock.ts";
import type { Caller } from "../access/caller.ts";
import type { AuditStore } from "../audit/audit-store.ts";
import type { Auditor } from "../audit/auditor.ts";
import { backupStampColumns, newBackupId } from "../backup/backup.ts";
import type { Backup, BackupStore } from "../backup/backup-store.ts";
import type { CharterReader } from "../charter/charter-store.ts";
import type { Trust } from "../charter/trust.ts";
import type { SealedKeyringReader } from "../keyring/sealed-keyring-store.ts";
import { isKeyringOfCandidate, openSealedKeyring } from "../keyring/open-keyring.ts";
import type { MasterRole } from "../mastership/master-role.ts";
import type { NodeSelf } from "../node/node-identity.ts";
import type { RowGuard } from "../stamp/row-guard.ts";
import { nextRevision } from "../transaction/revision.ts";
import type { Reads } from "../transaction/transactions.ts";
import type { BackupCipher } from "./backup-cipher.ts";
import { heldVersions } from "./open-backup.ts";

/** What a backup is made of. */
export interface CollectedStores {
  readonly charter: CharterReader;
  readonly sealedKeyrings: SealedKeyringReader;
}

/** What recording a backup writes. */
export interface BackupStores {
  readonly backups: BackupStore;
  readonly audit: AuditStore;
}

export interface BackupDeps {
  readonly database: Reads<CollectedStores>;
  readonly role: MasterRole<BackupStores>;
  readonly access: { readonly trust: Trust; readonly keyring: { forSealing(): Keyring } };
  readonly self: NodeSelf;
  readonly cipher: BackupCipher;
  readonly records: BackupRecords;
}

/** What making and changing a backup's row needs. */
export interface BackupRecords {
  readonly guard: RowGuard;
  readonly auditor: Auditor;
  readonly random: RandomSource;
  readonly clock: Clock;
}

export interface MadeBackup {
  readonly backup: Backup;
  /** The age file. */
  readonly file: Uint8Array;
}

/**
 * Makes a backup file of every version of the master secret, with the authority and CA keys, and
 * records that it was made. It counts as a backup only once it was read back and verified (P3).
 */
export async function backupMasterSecret(
  deps: BackupDeps,
  caller: Caller,
  request: { readonly path: string; readonly passphrase: SecretBytes },
): Promise<MadeBackup> {
  const { random, clock } = deps.records;
  const backupId = newBackupId(random);
  const madeAtMs = clock.wallTime();
  const { contents, versions } = await collect(deps, backupId, madeAtMs);
  using held = contents;
  const file = await deps.cipher.encrypt(held, request.passphrase);
  const backup: Backup = {
    backupId,
    revision: nextRevision(random, undefined),
    madeAtMs,
    verifiedAtMs: undefined,
    place: "chosen",
    path: request.path,
    versions,
  };
  const stamped = deps.records.guard.stamp(
    deps.access.keyring.forSealing(),
    backupStampColumns,
    backup,
  );
  await deps.role.fenced("secret.backup", async ({ backups, audit }) => {
    await backups.put(stamped);
    await audit.record(deps.records.auditor.entry(caller, "secret.backup", { backupId }));
  });
  return { backup, file };
}

/** Everything a backup holds, from the keyring sealed to this node: opened, copied, erased. */
async function collect(
  deps: BackupDeps,
  backupId: string,
  createdAtMs: number,
): Promise<{ contents: SecretBytes; versions: Backup["versions"] }> {
  const { charter, note, row } = await deps.database.read(async (stores) => ({
    charter: await deps.access.trust.charter(stores),
    note: (await stores.charter.find())?.note,
    row: await stores.sealedKeyrings.find(deps.self.nodeId),
  }));
  if (note === undefined || row === undefined) {
    throw new CodedError("master-secret-unavailable", {
      detail: "this node has no sealed keyring; run `chatelaine secret restore FILE` first",
    });
  }
  const secrets = await openSealedKeyring(deps.self, row);
  try {
    // Whoever writes the database could seal another keyring to this node (P11).
    if (!isKeyringOfCandidate(secrets, charter)) {
      throw new CodedError("keyring-mismatch", {
        detail: "the sealed keyring is not the charter's; run `chatelaine secret restore FILE`",
      });
    }
    const contents = encodeBackup({
      backupId,
      createdAtMs,
      nodeName: deps.self.name,
      charterNote: note,
      secrets,
    });
    return { contents, versions: heldVersions(secrets) };
  } finally {
    eraseKeyringSecrets(secrets);
  }
}
