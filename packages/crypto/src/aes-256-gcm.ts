import { createCipheriv, createDecipheriv, type KeyObject } from "node:crypto";
import { CryptoError } from "./crypto-error.ts";

/** The length of every tag, in bytes. */
export const TAG_BYTES = 16;

// Without the option Node accepts a tag of 4 bytes when decrypting, which is guessed in 2^32 tries.
const OPTIONS = { authTagLength: TAG_BYTES } as const;

/**
 * AES-256-GCM (NIST SP 800-38D) with a 12-byte nonce. Writes the ciphertext and then the tag at
 * `offset`, which takes `plaintext.length + 16` bytes. The caller sees to it that no key ever meets
 * a nonce twice: a second use gives the authentication key away.
 */
export function encryptAes256Gcm(
  key: KeyObject,
  nonce: Uint8Array,
  associatedData: Uint8Array,
  plaintext: Uint8Array,
  target: Uint8Array,
  offset: number,
): void {
  const cipher = createCipheriv("aes-256-gcm", key, nonce, OPTIONS);
  cipher.setAAD(associatedData);
  target.set(cipher.update(plaintext), offset);
  cipher.final(); // empty: GCM keeps nothing back
  target.set(cipher.getAuthTag(), offset + plaintext.length);
}

/**
 * The plaintext of `ciphertext ‖ tag`, in a buffer of its own. Throws `open-failed` if anything
 * differs from what was encrypted, and then leaves no plaintext behind.
 */
export function decryptAes256Gcm(
  key: KeyObject,
  nonce: Uint8Array,
  associatedData: Uint8Array,
  encrypted: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const tagStart = encrypted.length - TAG_BYTES;
  const decipher = createDecipheriv("aes-256-gcm", key, nonce, OPTIONS);
  decipher.setAAD(associatedData);
  decipher.setAuthTag(encrypted.subarray(tagStart));
  const plaintext = decipher.update(encrypted.subarray(0, tagStart));
  try {
    decipher.final();
  } catch {
    // The one failure of `final` here is a tag that does not match.
    plaintext.fill(0);
    throw new CryptoError("open-failed");
  }
  return new Uint8Array(plaintext.buffer, plaintext.byteOffset, plaintext.length);
}
