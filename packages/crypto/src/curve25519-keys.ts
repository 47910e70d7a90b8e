/**
 * Keys of X25519 (RFC 7748) and Ed25519 (RFC 8032) as their 32 raw bytes on one side and OpenSSL's
 * key objects on the other. RFC 8410 puts the raw bytes at the end of a fixed DER prefix.
 */
import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import { bufferOver, concat, fromHex, newBytes } from "./bytes.ts";
import { invariant } from "./invariant.ts";
import { SecretBytes } from "./secret-bytes.ts";

export type Curve25519 = "x25519" | "ed25519";

/** Length of a raw public or private key of either curve, in bytes. */
export const RAW_KEY_BYTES = 32;
/** Length of an Ed25519 signature, in bytes. */
export const SIGNATURE_BYTES = 64;

const PRIVATE_PREFIX: Readonly<Record<Curve25519, string>> = {
  x25519: "302e020100300506032b656e04220420",
  ed25519: "302e020100300506032b657004220420",
};
const PUBLIC_PREFIX: Readonly<Record<Curve25519, string>> = {
  x25519: "302a300506032b656e032100",
  ed25519: "302a300506032b6570032100",
};

/** The key object of a raw private key: the scalar of X25519, the seed of Ed25519. */
export function privateKeyFrom(curve: Curve25519, raw: SecretBytes): KeyObject {
  invariant(raw.length === RAW_KEY_BYTES, "a raw private key has 32 bytes");
  const der = raw.use((bytes) => concat(fromHex(PRIVATE_PREFIX[curve]), bytes));
  try {
    return createPrivateKey({ key: bufferOver(der), format: "der", type: "pkcs8" });
  } finally {
    der.fill(0);
  }
}

/** The raw private key, 32 bytes. */
export function rawPrivateKey(key: KeyObject): SecretBytes {
  const der = key.export({ format: "der", type: "pkcs8" });
  try {
    return SecretBytes.copyOf(der.subarray(-RAW_KEY_BYTES));
  } finally {
    der.fill(0);
  }
}

/** The key object of a raw public key. */
export function publicKeyFrom(curve: Curve25519, raw: Uint8Array): KeyObject {
  invariant(raw.length === RAW_KEY_BYTES, "a raw public key has 32 bytes");
  const der = Buffer.from(concat(fromHex(PUBLIC_PREFIX[curve]), raw));
  return createPublicKey({ key: der, format: "der", type: "spki" });
}

/** The raw public key, 32 bytes, of a private key object. */
export function rawPublicKey(privateKey: KeyObject): Uint8Array<ArrayBuffer> {
  const spki = createPublicKey(privateKey).export({ format: "der", type: "spki" });
  return concat(spki.subarray(-RAW_KEY_BYTES));
}

/**
 * The scalar in the one form in which it is stored. RFC 7748, section 5 ignores five of its bits;
 * fixing them before storing leaves one spelling for each key.
 */
export function clampScalar(scalar: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const view = new DataView(scalar.buffer);
  view.setUint8(0, view.getUint8(0) & 0b1111_1000);
  view.setUint8(31, (view.getUint8(31) & 0b0111_1111) | 0b0100_0000);
  return scalar;
}

/** Whether the scalar is as `clampScalar` leaves it. */
export function isClamped(scalar: Uint8Array): boolean {
  const copy = newBytes(scalar.length);
  copy.set(scalar);
  const same = clampScalar(copy).every((byte, index) => byte === scalar[index]);
  copy.fill(0);
  return same;
}

/** Pure Ed25519 (RFC 8032, section 5.1.6): no prehash, no context. */
export function signEd25519(key: KeyObject, message: Uint8Array): Uint8Array<ArrayBuffer> {
  return concat(sign(null, message, key));
}

/** Whether the signature is one of this key over this message. */
export function verifyEd25519(key: KeyObject, message: Uint8Array, signature: Uint8Array): boolean {
  return signature.length === SIGNATURE_BYTES && verify(null, message, key, signature);
}
