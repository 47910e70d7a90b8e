import { fromBase32, toBase32 } from "./base32.ts";
import { CryptoError } from "./crypto-error.ts";
import type { RandomSource } from "./random-source.ts";

const SYSTEM_ID_BYTES = 16;

/** Names one SSO system: 16 random bytes, written as 26 lower-case base32 characters. */
export type SystemId = string & { readonly brand: "SystemId" };

/** The id of a system that did not exist before. */
export function newSystemId(random: RandomSource): SystemId {
  return parseSystemId(toBase32(random.bytes(SYSTEM_ID_BYTES)));
}

/** Throws `malformed` unless the text is the one spelling of 16 bytes. */
export function parseSystemId(value: string): SystemId {
  if (fromBase32(value).length !== SYSTEM_ID_BYTES) {
    throw new CryptoError("malformed");
  }
  return value as SystemId;
}

/** The 16 bytes, as the formats carry them. */
export function systemIdBytes(id: SystemId): Uint8Array<ArrayBuffer> {
  return fromBase32(id);
}
