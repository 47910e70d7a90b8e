import type { WallTimeMs } from "../../platform/clock.ts";
import type { StampedRowToWrite, Unverified } from "../stamp/row-guard.ts";

/** Where a backup lies: only beside a trial system, or where somebody chose to put it. */
export type BackupPlace = "trial" | "chosen";

/** One backup file that was made. Stamped: a forged row would silence the alarm of a missing one. */
export interface Backup {
  readonly backupId: string;
  /** 16 bytes: counter u64 and 8 random bytes; changes with each write of the row. */
  readonly revision: Uint8Array;
  readonly madeAtMs: WallTimeMs;
  readonly verifiedAtMs: WallTimeMs | undefined;
  readonly place: BackupPlace;
  readonly path: string;
  /** Versions it holds, ascending, each with its check value. */
  readonly versions: readonly { readonly number: number; readonly checkValue: Uint8Array }[];
}

export interface BackupReader {
  find(backupId: string): Promise<Unverified<Backup> | undefined>;
  /** The newest `BACKUPS_LISTED_MAX`, newest first. */
  list(): Promise<readonly Unverified<Backup>[]>;
}

export interface BackupStore extends BackupReader {
  /** Adds the row, or replaces the one of the same id. */
  put(backup: StampedRowToWrite<Backup>): Promise<void>;
}

export const BACKUPS_LISTED_MAX = 1000;
