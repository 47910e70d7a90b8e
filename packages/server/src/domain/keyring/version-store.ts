import type { VersionState } from "@chatelaine/crypto";

/**
 * A version of the master secret as the database knows it. Sealed values and stamps refer to it
 * by foreign key, so a version in use cannot be deleted (P4).
 */
export interface VersionRow {
  readonly number: number;
  readonly checkValue: Uint8Array;
  readonly state: VersionState;
}

export interface VersionReader {
  list(): Promise<readonly VersionRow[]>;
}

export interface VersionStore extends VersionReader {
  add(row: VersionRow): Promise<void>;
  setState(number: number, state: VersionState): Promise<void>;
}
