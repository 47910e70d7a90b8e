import type { WallTimeMs } from "../../platform/clock.ts";
import type { ApplicationId } from "../application-id/application-id.ts";

/** One property bag, sealed. The version is read from the sealed value's header, never believed. */
export interface SealedConfigItem {
  readonly applicationId: ApplicationId;
  readonly identifier: string;
  /** 16 bytes: counter u64 and 8 random bytes; part of the value's associated data. */
  readonly revision: Uint8Array;
  readonly sealed: Uint8Array;
  readonly writtenAtMs: WallTimeMs;
  /** Name of the caller; for people. */
  readonly writtenBy: string;
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

/** One of many items to be written together. */
export interface ItemToPut {
  readonly item: SealedConfigItem;
  /** Undefined: there is no row. */
  readonly expectedRevision: Uint8Array | undefined;
}

export interface ItemPage {
  /** Identifiers after this one, in the order of their UTF-8 bytes; undefined: from the first. */
  readonly after: string | undefined;
  readonly limit: number;
  /** Only identifiers that begin with this; "" for all. */
  readonly prefix: string;
}

/** How many former revisions of an item are kept; the oldest go first. */
export const HISTORY_MAX = 50;

export interface ConfigItemReader {
  find(applicationId: ApplicationId, identifier: string): Promise<SealedConfigItem | undefined>;
  /** Those of the identifiers that exist, in no order. */
  findMany(
    applicationId: ApplicationId,
    identifiers: readonly string[],
  ): Promise<readonly SealedConfigItem[]>;
  list(applicationId: ApplicationId, page: ItemPage): Promise<readonly SealedConfigItem[]>;
  /** Former revisions, newest first; at most `HISTORY_MAX`. */
  history(applicationId: ApplicationId, identifier: string): Promise<readonly SealedConfigItem[]>;
}

export interface ConfigItemStore extends ConfigItemReader {
  /**
   * Writes the item if the row is still at `expectedRevision` (undefined: there is no row) and
   * `version` is primary by number, check value and state, decided inside the one statement. The
   * former row goes to the history, of which the newest `HISTORY_MAX` stay.
   */
  put(
    item: SealedConfigItem,
    version: SealingVersion,
    expectedRevision: Uint8Array | undefined,
  ): Promise<PutOutcome>;
  /**
   * Writes many items as `put` writes one, in few statements; no item twice. Unless it is "stored"
   * the caller must throw: some may have been written.
   */
  putMany(items: readonly ItemToPut[], version: SealingVersion): Promise<PutOutcome>;
  /** Removes the row, into the history, if it is at `expectedRevision`; false if it is not. */
  remove(
    applicationId: ApplicationId,
    identifier: string,
    expectedRevision: Uint8Array,
  ): Promise<boolean>;
}
