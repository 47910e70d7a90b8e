import { concat } from "./bytes.ts";
import { CryptoError } from "./crypto-error.ts";
import { readU32, u32 } from "./fields.ts";
import { invariant } from "./invariant.ts";
import type { Keyring } from "./keyring.ts";
import { MAC_BYTES } from "./mac-key.ts";

/** The length of a request hash, in bytes: the version of the master secret (u32) and a MAC. */
export const REQUEST_HASH_BYTES = 4 + MAC_BYTES;

/**
 * A keyed hash of a request, to tell later whether another one is the same. Keyed, because a
 * request may hold a password which somebody who reads the database could guess and check
 * (docs/formats/request-hash.md).
 */
export function hashRequest(ring: Keyring, request: Uint8Array): Uint8Array<ArrayBuffer> {
  const version = ring.primary;
  invariant(version !== undefined, "nothing is hashed before a version is primary");
  return concat(u32(version), ring.idempotencyKey(version).mac(request));
}

/**
 * Whether `hash` is that of `request`; false also for a version which the keyring does not have.
 * Throws `malformed` if it is not 36 bytes long.
 */
export function isHashOfRequest(ring: Keyring, request: Uint8Array, hash: Uint8Array): boolean {
  if (hash.length !== REQUEST_HASH_BYTES) {
    throw new CryptoError("malformed");
  }
  const version = readU32(hash, 0);
  return ring.has(version) && ring.idempotencyKey(version).verifies(request, hash.subarray(4));
}
