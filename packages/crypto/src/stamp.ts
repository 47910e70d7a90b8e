import { concat } from "./bytes.ts";
import { CryptoError } from "./crypto-error.ts";
import { encodeFields, readU32, u32 } from "./fields.ts";
import { invariant } from "./invariant.ts";
import type { Keyring } from "./keyring.ts";
import { MAC_BYTES } from "./mac-key.ts";
import { systemIdBytes, type SystemId } from "./system-id.ts";
import { text } from "./text.ts";

/** 36 bytes: the version of the master secret (u32) and a MAC (docs/formats/stamp.md). */
export type Stamp = Uint8Array;

/** What a stamp vouches for. */
export interface StampedRow {
  /** The table's name, with a number once its list of columns has changed: `mapping/2`. */
  readonly table: string;
  readonly revision: Uint8Array;
  readonly primaryKey: readonly Uint8Array[];
  /** Every listed column, in the table's own order; those that may be null by `optionalField`. */
  readonly columns: readonly Uint8Array[];
}

/** The length of a stamp, in bytes. */
export const STAMP_BYTES = 4 + MAC_BYTES;

const LABEL = "chatelaine/stamp/v1";
const MAC_START = 4;

/** Vouches for the row under a version of the master secret, by default the primary. */
export function stampRow(ring: Keyring, row: StampedRow, version = ring.primary): Stamp {
  invariant(version !== undefined, "nothing is stamped before a version is primary");
  const mac = ring.stampKey(version).mac(stampedBytes(ring.systemId, row));
  return concat(u32(version), mac);
}

/**
 * Returns if the stamp is that of this row. Throws `not-authentic` if it is not, or is under a
 * version which the keyring does not have, and `malformed` if it is not 36 bytes long.
 */
export function verifyStamp(ring: Keyring, row: StampedRow, stamp: Stamp): void {
  const version = stampVersion(stamp);
  const isAuthentic =
    ring.has(version) &&
    ring.stampKey(version).verifies(stampedBytes(ring.systemId, row), stamp.subarray(MAC_START));
  if (!isAuthentic) {
    throw new CryptoError("not-authentic");
  }
}

/** The version it says it is under, for the database's foreign key. Throws `malformed`. */
export function stampVersion(stamp: Stamp): number {
  if (stamp.length !== STAMP_BYTES) {
    throw new CryptoError("malformed");
  }
  return readU32(stamp, 0);
}

/** Lists inside a list, so that no column can pass for another or for a part of the key. */
function stampedBytes(systemId: SystemId, row: StampedRow): Uint8Array {
  return encodeFields(
    text(LABEL),
    systemIdBytes(systemId),
    text(row.table),
    row.revision,
    encodeFields(...row.primaryKey),
    encodeFields(...row.columns),
  );
}
