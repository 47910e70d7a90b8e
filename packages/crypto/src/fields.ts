import { newBytes } from "./bytes.ts";
import { CryptoError } from "./crypto-error.ts";
import { invariant } from "./invariant.ts";

const COUNT_MAX = 255;
const COUNT_BYTES = 1;
const LENGTH_BYTES = 4;
const U32_MAX = 0xffff_ffff;
const U64_MAX = 0xffff_ffff_ffff_ffffn;

/**
 * Several byte strings as one, so that no two different lists give the same bytes: their count
 * (u8), then for each its length (u32, big-endian) and its bytes. At most 255 parts.
 */
export function encodeFields(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const encoded = newBytes(fieldsLength(parts));
  writeFields(encoded, 0, parts);
  return encoded;
}

/**
 * The parts of `encodeFields`, as views of the same memory: erasing it erases them. Throws
 * `malformed` if the bytes end too early or do not end with the last part.
 */
export function decodeFields(encoded: Uint8Array): readonly Uint8Array[] {
  const parts: Uint8Array[] = [];
  let offset = COUNT_BYTES;
  for (let left = readCount(encoded); left > 0; left -= 1) {
    const start = offset + LENGTH_BYTES;
    const end = start + readU32(encoded, offset);
    if (end > encoded.length) {
      throw new CryptoError("malformed");
    }
    parts.push(encoded.subarray(start, end));
    offset = end;
  }
  if (offset !== encoded.length) {
    throw new CryptoError("malformed");
  }
  return parts;
}

/** A part that may be missing: 00, or 01 and its bytes; so that absent differs from empty. */
export function optionalField(part: Uint8Array | undefined): Uint8Array<ArrayBuffer> {
  const field = newBytes(part === undefined ? 1 : 1 + part.length);
  if (part !== undefined) {
    field[0] = 1;
    field.set(part, 1);
  }
  return field;
}

/** What `optionalField` was given. Throws `malformed` for bytes which it never makes. */
export function decodeOptionalField(field: Uint8Array): Uint8Array | undefined {
  if (field.length === 1 && field[0] === 0) {
    return undefined;
  }
  if (field[0] !== 1) {
    throw new CryptoError("malformed");
  }
  return field.subarray(1);
}

/** Four bytes, big-endian. */
export function u32(value: number): Uint8Array<ArrayBuffer> {
  const bytes = newBytes(4);
  writeU32(bytes, 0, value);
  return bytes;
}

/** Eight bytes, big-endian. */
export function u64(value: bigint): Uint8Array<ArrayBuffer> {
  invariant(value >= 0n && value <= U64_MAX, "a u64 is from 0 to 2^64 - 1");
  const bytes = newBytes(8);
  new DataView(bytes.buffer).setBigUint64(0, value);
  return bytes;
}

/** The number in exactly four bytes. Throws `malformed` for another length. */
export function decodeU32(bytes: Uint8Array): number {
  if (bytes.length !== 4) {
    throw new CryptoError("malformed");
  }
  return readU32(bytes, 0);
}

/** The number in exactly eight bytes. Throws `malformed` for another length. */
export function decodeU64(bytes: Uint8Array): bigint {
  if (bytes.length !== 8) {
    throw new CryptoError("malformed");
  }
  return new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0);
}

/** The big-endian number at `offset`. Throws `malformed` if the bytes end before it does. */
export function readU32(bytes: Uint8Array, offset: number): number {
  if (offset + 4 > bytes.length) {
    throw new CryptoError("malformed");
  }
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint32(offset);
}

/** Writes four bytes, big-endian, at `offset`. */
export function writeU32(target: Uint8Array, offset: number, value: number): void {
  invariant(
    Number.isInteger(value) && value >= 0 && value <= U32_MAX,
    "a u32 is from 0 to 2^32 - 1",
  );
  target[offset] = value >>> 24;
  target[offset + 1] = value >>> 16;
  target[offset + 2] = value >>> 8;
  target[offset + 3] = value;
}

/** Writes what `encodeFields` makes of these parts at `offset`, and says where it ends. */
export function writeFields(
  target: Uint8Array,
  offset: number,
  parts: readonly Uint8Array[],
): number {
  invariant(parts.length <= COUNT_MAX, "at most 255 fields can be encoded together");
  target[offset] = parts.length;
  let end = offset + COUNT_BYTES;
  for (const part of parts) {
    end = writeField(target, end, part);
  }
  return end;
}

/** Writes one length and its bytes at `offset`, and says where the next begins. */
export function writeField(target: Uint8Array, offset: number, part: Uint8Array): number {
  writeU32(target, offset, part.length);
  target.set(part, offset + LENGTH_BYTES);
  return offset + LENGTH_BYTES + part.length;
}

/** How many bytes `encodeFields` makes of these parts. */
export function fieldsLength(parts: readonly Uint8Array[]): number {
  let length = COUNT_BYTES;
  for (const part of parts) {
    length += LENGTH_BYTES + part.length;
  }
  return length;
}

function readCount(encoded: Uint8Array): number {
  const count = encoded[0];
  if (count === undefined) {
    throw new CryptoError("malformed");
  }
  return count;
}
