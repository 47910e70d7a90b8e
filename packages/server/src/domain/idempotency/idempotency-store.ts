import type { WallTimeMs } from "../../platform/clock.ts";

/** What was answered to a write that carried an idempotency key; never clear text (P8). */
export interface IdempotencyRow {
  /** Who sent it: keys of two callers are two keys. */
  readonly caller: string;
  readonly key: string;
  /** Keyed hash of the request, so that a guess at what was in it cannot be checked. */
  readonly requestHash: Uint8Array;
  readonly status: number;
  /** JSON of the answer, with ids and revisions and without secrets. */
  readonly answer: string;
  readonly createdAtMs: WallTimeMs;
}

export interface IdempotencyReader {
  find(caller: string, key: string): Promise<IdempotencyRow | undefined>;
}

export interface IdempotencyStore extends IdempotencyReader {
  /**
   * As `find`, and as durable as this transaction's own commit, which then comes after that of the
   * row: the answer of a commit that no standby had confirmed must not be given as if one had.
   */
  findAndLock(caller: string, key: string): Promise<IdempotencyRow | undefined>;
  /** False if the caller has used the key; then nothing is written. */
  add(row: IdempotencyRow): Promise<boolean>;
  /** Removes at most `limit` rows made before that instant. */
  prune(beforeMs: WallTimeMs, limit: number): Promise<void>;
}
