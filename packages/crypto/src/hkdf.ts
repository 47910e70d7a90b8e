import { createSecretKey, hkdfSync, type KeyObject } from "node:crypto";

/** A key of `length` bytes by HKDF-SHA-256 (RFC 5869); `info` has at most 1024 bytes. */
export function hkdfSha256(
  secret: Uint8Array,
  salt: Uint8Array,
  info: Uint8Array,
  length: number,
): KeyObject {
  const derived = new Uint8Array(hkdfSync("sha256", secret, salt, info, length));
  try {
    return createSecretKey(derived);
  } finally {
    derived.fill(0); // the KeyObject has its own copy
  }
}
