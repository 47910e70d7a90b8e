import { createDecipheriv, hash } from "node:crypto";
import { fromBase64 } from "./base64.ts";
import { newBytes } from "./bytes.ts";
import { CryptoError } from "./crypto-error.ts";
import { SecretBytes } from "./secret-bytes.ts";

/** The longest `.sso` file, in bytes; real ones have some kilobytes. */
export const SSO_EXPORT_BYTES_MAX = 8 * 1024 * 1024;

const BLOCK_BYTES = 8;

/**
 * The XML in a `.sso` file of the SSO Configuration Application Snap-In: base64 of two-key triple
 * DES (NIST SP 800-67) in ECB mode with PKCS #7 padding, under the MD5 of the password's bytes. For
 * reading alone: it hides little and authenticates nothing, and nothing of ours is written so.
 *
 * Throws `malformed` for what is not such a file, `open-failed` for another password. One in some
 * ten thousand other passwords opens the file all the same, to something that is no XML.
 */
export function openSsoExport(file: Uint8Array, password: SecretBytes): SecretBytes {
  const ciphertext = ciphertextOf(file);
  using key = password.use((bytes) => md5(bytes));
  const padded = key.use((bytes) => decrypt(bytes, ciphertext));
  try {
    const plaintext = padded.subarray(0, unpaddedLength(padded));
    if (!beginsLikeXml(plaintext)) {
      throw new CryptoError("open-failed");
    }
    return SecretBytes.copyOf(plaintext);
  } finally {
    padded.fill(0);
  }
}

function ciphertextOf(file: Uint8Array): Uint8Array {
  if (file.length > SSO_EXPORT_BYTES_MAX) {
    throw new CryptoError("malformed");
  }
  const encoded = Buffer.from(file.buffer, file.byteOffset, file.length).toString("latin1");
  // Tools that save text add a byte order mark and line ends.
  const ciphertext = fromBase64(encoded.replace(/^\xef\xbb\xbf/, "").replace(/[ \t\r\n]+/g, ""));
  if (ciphertext.length === 0 || ciphertext.length % BLOCK_BYTES !== 0) {
    throw new CryptoError("malformed");
  }
  return ciphertext;
}

/** MD5 (RFC 1321) of the password, as the tool makes its key. */
function md5(password: Uint8Array): SecretBytes {
  const digest = hash("md5", password, "buffer");
  const key = SecretBytes.copyOf(digest);
  digest.fill(0);
  return key;
}

function decrypt(key: Uint8Array, ciphertext: Uint8Array): Uint8Array {
  const decipher = createDecipheriv("des-ede", key, null);
  // The padding is looked at below, so that its failure is a refusal like any other.
  decipher.setAutoPadding(false);
  const padded = newBytes(ciphertext.length);
  const part = decipher.update(ciphertext);
  padded.set(part);
  part.fill(0);
  decipher.final(); // empty: there are whole blocks
  return padded;
}

/** PKCS #7 (RFC 5652, section 6.3): as many bytes as each of them says. */
function unpaddedLength(padded: Uint8Array): number {
  const count = padded.at(-1) ?? 0;
  const padding = padded.subarray(padded.length - count);
  if (count < 1 || count > BLOCK_BYTES || padding.some((byte) => byte !== count)) {
    throw new CryptoError("open-failed");
  }
  return padded.length - count;
}

/** `<`, perhaps after a byte order mark or white space. */
function beginsLikeXml(plaintext: Uint8Array): boolean {
  const hasMark = plaintext[0] === 0xef && plaintext[1] === 0xbb && plaintext[2] === 0xbf;
  const first = plaintext.subarray(hasMark ? 3 : 0).find((byte) => byte > 0x20);
  return first === 0x3c;
}
