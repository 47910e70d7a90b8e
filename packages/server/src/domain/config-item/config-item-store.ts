import type { WallTimeMs } from "../../platform/clock.ts";
import type { ApplicationId } from "../application/application.ts";

/** One property bag, sealed. The version is read from the sealed value's header, never believed. */
export interface SealedConfigItem {
  readonly applicationId: ApplicationId;
  readonly identifier: string;
  /** 16 bytes: counter u64 and 8 random bytes; part of the value's associated data. */
  readonly revision: Uint8Array;
  readonly sealed: Uint8Array;
  readonly writtenAtMs: WallTimeMs;
}

/** The version a value was sealed under, as the seal statement compares it (P3). */
export interface SealingVersion {
  readonly number: number;
  readonly checkValue: Uint8Array;
}

export type PutOutcome =
  | "stored"
  | "conflict" // the row is not at the revision expected
  | "version-not-primary"; // the database refuses seals under this version now

export interface ConfigItemReader {
  find(applicationId: ApplicationId, identifier: string): Promise<SealedConfigItem | undefined>;
}

export interface ConfigItemStore extends ConfigItemReader {
  /**
   * Writes the item if the row is still at `expectedRevision` (undefined: there is no row) and
   * `version` is primary by number, check value and state, decided inside the one statement.
   */
  put(
    item: SealedConfigItem,
    version: SealingVersion,
    expectedRevision: Uint8Array | undefined,
  ): Promise<PutOutcome>;
}
