import type { Selectable } from "kysely";
import { concat, u32 } from "@chatelaine/crypto";
import {
  BACKUPS_LISTED_MAX,
  type Backup,
  type BackupPlace,
  type BackupStore,
} from "../../domain/backup/backup-store.ts";
import type { StampedRowToWrite, Unverified } from "../../domain/stamp/row-guard.ts";
import { instantColumn, oneOf, stampedInstant, unreadableColumn } from "./row-values.ts";
import type { Sql } from "./sql.ts";
import type { Tables } from "./tables.ts";

const PLACES: readonly BackupPlace[] = ["trial", "chosen"];

/** Column `versions`: for each version its number (u32, big-endian) and its check value. */
const NUMBER_BYTES = 4;
const CHECK_VALUE_BYTES = 32;
const VERSION_BYTES = NUMBER_BYTES + CHECK_VALUE_BYTES;

export class KyselyBackupStore implements BackupStore {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  async find(backupId: string): Promise<Unverified<Backup> | undefined> {
    const row = await this.#sql.db
      .selectFrom("backup")
      .selectAll()
      .where("backup_id", "=", backupId)
      .executeTakeFirst();
    return row === undefined ? undefined : unverifiedBackup(row);
  }

  async list(): Promise<readonly Unverified<Backup>[]> {
    const rows = await this.#sql.db
      .selectFrom("backup")
      .selectAll()
      .orderBy("made_at_ms", "desc")
      .orderBy("backup_id", "desc")
      .limit(BACKUPS_LISTED_MAX)
      .execute();
    return rows.map(unverifiedBackup);
  }

  async put({ row, stamp, stampVersion }: StampedRowToWrite<Backup>): Promise<void> {
    const columns = {
      revision: row.revision,
      made_at_ms: instantColumn(row.madeAtMs),
      verified_at_ms: row.verifiedAtMs === undefined ? null : instantColumn(row.verifiedAtMs),
      place: row.place,
      path: row.path,
      versions: versionsColumn(row.versions),
      stamp,
      stamp_version: BigInt(stampVersion),
    };
    await this.#sql.db
      .insertInto("backup")
      .values({ backup_id: row.backupId, ...columns })
      .onConflict((conflict) => conflict.column("backup_id").doUpdateSet(columns))
      .execute();
  }
}

function unverifiedBackup(row: Selectable<Tables["backup"]>): Unverified<Backup> {
  return {
    unverifiedRow: {
      backupId: row.backup_id,
      revision: row.revision,
      madeAtMs: stampedInstant(row.made_at_ms, "backup.made_at_ms"),
      verifiedAtMs:
        row.verified_at_ms === null
          ? undefined
          : stampedInstant(row.verified_at_ms, "backup.verified_at_ms"),
      place: oneOf(PLACES, row.place, "backup.place"),
      path: row.path,
      versions: parseVersions(row.versions),
    },
    stamp: row.stamp,
  };
}

function versionsColumn(versions: Backup["versions"]): Uint8Array {
  return concat(...versions.flatMap(({ number, checkValue }) => [u32(number), checkValue]));
}

function parseVersions(column: Uint8Array): Backup["versions"] {
  if (column.length % VERSION_BYTES !== 0) {
    throw unreadableColumn("backup.versions");
  }
  const numbers = new DataView(column.buffer, column.byteOffset, column.length);
  return Array.from({ length: column.length / VERSION_BYTES }, (_, index) => {
    const start = index * VERSION_BYTES;
    return {
      number: numbers.getUint32(start),
      checkValue: column.slice(start + NUMBER_BYTES, start + VERSION_BYTES),
    };
  });
}
