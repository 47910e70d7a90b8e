import { bufferOver, newBytes } from "./bytes.ts";
import { CryptoError } from "./crypto-error.ts";

// RFC 4648, section 6, in lower case and without padding.
const ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";
const BITS_PER_CHARACTER = 5;

/** Lower-case base32 without padding. Makes a string: not for secrets. */
export function toBase32(bytes: Uint8Array): string {
  return bufferOver(encodeBase32(bytes)).toString("latin1");
}

/** The ASCII bytes of `toBase32`, for secrets: no string is made. */
export function encodeBase32(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const encoded = newBytes(Math.ceil((bytes.length * 8) / BITS_PER_CHARACTER));
  let offset = 0;
  let bits = 0;
  let bitCount = 0;
  const put = (value: number): void => {
    encoded[offset] = ALPHABET.charCodeAt(value);
    offset += 1;
  };
  for (const byte of bytes) {
    bits = ((bits << 8) | byte) & 0xfff; // at most 4 bits were left over
    bitCount += 8;
    while (bitCount >= BITS_PER_CHARACTER) {
      bitCount -= BITS_PER_CHARACTER;
      put((bits >> bitCount) & 31);
    }
  }
  if (bitCount > 0) {
    put((bits << (BITS_PER_CHARACTER - bitCount)) & 31);
  }
  return encoded;
}

/**
 * The bytes of lower-case base32 without padding. Throws `malformed` for other characters, for a
 * length that no byte string has, and for left-over bits that are not zero.
 */
export function fromBase32(encoded: string): Uint8Array<ArrayBuffer> {
  // A character outside of latin1 must not lose the byte that tells it from one inside.
  return decode(encoded.length, (index) => encoded.charCodeAt(index));
}

/** As `fromBase32`, of ASCII bytes, for secrets: no string is made. */
export function decodeBase32(encoded: Uint8Array): Uint8Array<ArrayBuffer> {
  return decode(encoded.length, (index) => encoded[index] ?? 0);
}

function decode(length: number, characterAt: (index: number) => number): Uint8Array<ArrayBuffer> {
  const decoded = newBytes(Math.floor((length * BITS_PER_CHARACTER) / 8));
  let offset = 0;
  let bits = 0;
  let bitCount = 0;
  for (let index = 0; index < length; index += 1) {
    bits = ((bits << BITS_PER_CHARACTER) | valueOf(characterAt(index))) & 0xfff;
    bitCount += BITS_PER_CHARACTER;
    if (bitCount >= 8) {
      bitCount -= 8;
      decoded[offset] = (bits >> bitCount) & 0xff;
      offset += 1;
    }
  }
  const leftOver = bits & ((1 << bitCount) - 1);
  if (bitCount >= BITS_PER_CHARACTER || leftOver !== 0) {
    decoded.fill(0);
    throw new CryptoError("malformed");
  }
  return decoded;
}

function valueOf(character: number): number {
  const value = ALPHABET.indexOf(String.fromCharCode(character));
  if (value < 0) {
    throw new CryptoError("malformed");
  }
  return value;
}
