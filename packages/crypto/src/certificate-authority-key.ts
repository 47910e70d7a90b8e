import { newP256Key, p256PublicKey } from "./p256-key.ts";
import type { RandomSource } from "./random-source.ts";
import type { SecretBytes } from "./secret-bytes.ts";

/** A new private key for the system's certificate authority: P-256, PKCS#8, 138 bytes. */
export function newCaKey(random: RandomSource): SecretBytes {
  return newP256Key(random);
}

/**
 * Its public half: SubjectPublicKeyInfo, 91 bytes. Throws `malformed` if `pkcs8` is not a P-256
 * key in the spelling of `newCaKey`.
 */
export function caPublicKey(pkcs8: SecretBytes): Uint8Array<ArrayBuffer> {
  return p256PublicKey(pkcs8);
}
