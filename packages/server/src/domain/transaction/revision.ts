import { concat, type RandomSource, u64 } from "@chatelaine/crypto";

/** Bytes of a revision: a counter (u64, big-endian) and 8 random bytes. */
export const REVISION_BYTES = 16;

const NONCE_BYTES = 8;

/**
 * The revision after `previous` (undefined: the first). The random bytes keep a database that was
 * restored from a copy from giving the same revision to another content.
 */
export function nextRevision(random: RandomSource, previous: Uint8Array | undefined): Uint8Array {
  const counter = previous === undefined ? 0n : revisionCounter(previous);
  return concat(u64(counter + 1n), random.bytes(NONCE_BYTES));
}

export function revisionCounter(revision: Uint8Array): bigint {
  return new DataView(revision.buffer, revision.byteOffset, revision.byteLength).getBigUint64(0);
}
