/**
 * P-256 private keys for TLS and certificates, in one PKCS#8 spelling: named curve, and the
 * uncompressed public key that belongs to the scalar (RFC 5208, RFC 5915).
 */
import { createECDH } from "node:crypto";
import { concat, equalBytes, fromHex } from "./bytes.ts";
import { CryptoError } from "./crypto-error.ts";
import type { RandomSource } from "./random-source.ts";
import { SecretBytes } from "./secret-bytes.ts";

/** Length of a P-256 private key in PKCS#8, in bytes. */
export const P256_PKCS8_BYTES = 138;
/** Length of an uncompressed P-256 public key in SubjectPublicKeyInfo, in bytes. */
export const P256_SPKI_BYTES = 91;

const SCALAR_BYTES = 32;
const SCALAR_OFFSET = 36;
// A random scalar is outside of [1, n - 1] once in 2^32 draws; a source that fails this often is
// broken.
const DRAWS_MAX = 8;

const PKCS8_BEFORE_SCALAR =
  "308187020100301306072a8648ce3d020106082a8648ce3d030107046d306b0201010420";
const PKCS8_BEFORE_POINT = "a144034200";
const SPKI_PREFIX = "3059301306072a8648ce3d020106082a8648ce3d030107034200";

/** A new private key, PKCS#8. Throws `malformed` if the source gives no usable scalar. */
export function newP256Key(random: RandomSource): SecretBytes {
  let draws = 1;
  for (;;) {
    using scalar = SecretBytes.random(random, SCALAR_BYTES);
    try {
      return pkcs8Of(scalar);
    } catch (error) {
      if (draws === DRAWS_MAX) {
        throw error;
      }
      draws += 1;
    }
  }
}

/** Throws `malformed` unless the bytes are the one spelling of a P-256 private key. */
export function checkP256Key(pkcs8: Uint8Array): void {
  if (pkcs8.length !== P256_PKCS8_BYTES) {
    throw new CryptoError("malformed");
  }
  using scalar = SecretBytes.copyOf(pkcs8.subarray(SCALAR_OFFSET, SCALAR_OFFSET + SCALAR_BYTES));
  using canonical = pkcs8Of(scalar);
  if (!canonical.use((bytes) => equalBytes(bytes, pkcs8))) {
    throw new CryptoError("malformed");
  }
}

/** SubjectPublicKeyInfo of a private key in PKCS#8. Throws `malformed` as `checkP256Key` does. */
export function p256PublicKey(pkcs8: SecretBytes): Uint8Array<ArrayBuffer> {
  return pkcs8.use((bytes) => {
    checkP256Key(bytes);
    const point = bytes.subarray(SCALAR_OFFSET + SCALAR_BYTES + PKCS8_BEFORE_POINT.length / 2);
    return concat(fromHex(SPKI_PREFIX), point);
  });
}

/**
 * Whether the bytes have the form of a P-256 SubjectPublicKeyInfo with an uncompressed point. That
 * the point lies on the curve is checked by whoever uses the key.
 */
export function isP256PublicKey(spki: Uint8Array): boolean {
  const prefix = fromHex(SPKI_PREFIX + "04");
  return spki.length === P256_SPKI_BYTES && equalBytes(spki.subarray(0, prefix.length), prefix);
}

function pkcs8Of(scalar: SecretBytes): SecretBytes {
  return scalar.use((bytes) => {
    const point = publicPoint(bytes);
    return SecretBytes.take(
      concat(fromHex(PKCS8_BEFORE_SCALAR), bytes, fromHex(PKCS8_BEFORE_POINT), point),
    );
  });
}

function publicPoint(scalar: Uint8Array): Uint8Array {
  const exchange = createECDH("prime256v1");
  try {
    exchange.setPrivateKey(scalar);
  } catch {
    // The one reason to refuse 32 bytes: the number is 0, or not below the order of the group.
    throw new CryptoError("malformed");
  }
  return exchange.getPublicKey();
}
