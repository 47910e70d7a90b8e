import { toHex, type Charter, type Keyring } from "@chatelaine/crypto";
import type { SecretStatus } from "@chatelaine/protocol";
import { isCoded } from "../../base/coded-error.ts";
import { backupStampColumns, isBackedUp, isTrial } from "../backup/backup.ts";
import type { Backup, BackupReader } from "../backup/backup-store.ts";
import type { CharterReader } from "../charter/charter-store.ts";
import type { Trust } from "../charter/trust.ts";
import type { RowGuard, Unverified } from "../stamp/row-guard.ts";
import type { Reads } from "../transaction/transactions.ts";

export interface SecretStatusDeps {
  readonly database: Reads<{ readonly charter: CharterReader; readonly backups: BackupReader }>;
  readonly trust: Trust;
  readonly keyring: { held(): Keyring | undefined };
  readonly guard: RowGuard;
}

/** Versions and backups. A backup whose row is not authentic does not count as one. */
export async function secretStatus(deps: SecretStatusDeps): Promise<SecretStatus> {
  const { charter, found } = await deps.database.read(async (stores) => ({
    charter: await deps.trust.charter(stores),
    found: await deps.guard.read("backup", () => stores.backups.list()),
  }));
  const backups = believable(deps, found);
  return {
    versions: renderVersions(charter),
    backups: backups.map(renderBackup),
    isBackedUp: isBackedUp(charter, backups),
    // A node that holds no keyring can believe no row: it cannot say.
    trial: deps.keyring.held() !== undefined && isTrial(backups),
  };
}

/** Rows whose stamp this node can verify; none while it holds no keyring. */
function believable(deps: SecretStatusDeps, found: readonly Unverified<Backup>[]): Backup[] {
  const ring = deps.keyring.held();
  if (ring === undefined) {
    return [];
  }
  return found.flatMap((row) => {
    try {
      return [deps.guard.verify(ring, backupStampColumns, row)];
    } catch (error) {
      if (isCoded(error, "row-not-authentic")) {
        return [];
      }
      throw error;
    }
  });
}

export function renderVersions(charter: Charter): SecretStatus["versions"] {
  return charter.versions.map(({ number, state, checkValue }) => ({
    number,
    state,
    checkValue: toHex(checkValue),
  }));
}

function renderBackup(backup: Backup): SecretStatus["backups"][number] {
  return {
    backupId: backup.backupId,
    madeAtMs: backup.madeAtMs,
    ...(backup.verifiedAtMs !== undefined && { verifiedAtMs: backup.verifiedAtMs }),
    place: backup.place,
    path: backup.path,
    versions: backup.versions.map(({ number }) => number),
  };
}
