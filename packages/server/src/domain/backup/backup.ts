import {
  concat,
  equalBytes,
  optionalField,
  text,
  toBase32,
  u32,
  u64,
  type Charter,
  type RandomSource,
  type StampedRow,
} from "@chatelaine/crypto";
import type { WallTimeMs } from "../../platform/clock.ts";
import type { Backup } from "./backup-store.ts";

const ID_BYTES = 10;

/** `bak_` and 16 base32 characters. */
export function newBackupId(random: RandomSource): string {
  return `bak_${toBase32(random.bytes(ID_BYTES))}`;
}

export function backupStampColumns(row: Backup): StampedRow {
  // Fixed width, so that joining them is injective.
  const versions = row.versions.map(({ number, checkValue }) => concat(u32(number), checkValue));
  const verifiedAt = row.verifiedAtMs === undefined ? undefined : instant(row.verifiedAtMs);
  return {
    table: "backup",
    revision: row.revision,
    primaryKey: [text(row.backupId)],
    columns: [
      instant(row.madeAtMs),
      optionalField(verifiedAt),
      text(row.place),
      text(row.path),
      concat(...versions),
    ],
  };
}

/** No node writes an instant before 1970: a row with one must fail like any forged row. */
function instant(ms: WallTimeMs): Uint8Array {
  return u64(BigInt.asUintN(64, BigInt(ms)));
}

/** Versions of the charter, not destroyed, which `held` lacks; compared by number and check value. */
export function missingVersions(
  charter: Charter,
  held: readonly { readonly number: number; readonly checkValue: Uint8Array }[],
): readonly number[] {
  return charter.versions
    .filter(({ state }) => state !== "destroyed")
    .filter(
      (wanted) =>
        !held.some(
          ({ number, checkValue }) =>
            number === wanted.number && equalBytes(checkValue, wanted.checkValue),
        ),
    )
    .map(({ number }) => number);
}

/** Whether one verified backup covers every version of the charter (P3). */
export function isBackedUp(charter: Charter, backups: readonly Backup[]): boolean {
  return backups.some(
    (backup) =>
      backup.verifiedAtMs !== undefined && missingVersions(charter, backup.versions).length === 0,
  );
}

/** Whether no verified backup lies elsewhere than beside the trial system. */
export function isTrial(backups: readonly Backup[]): boolean {
  return !backups.some(
    ({ verifiedAtMs, place }) => verifiedAtMs !== undefined && place === "chosen",
  );
}
