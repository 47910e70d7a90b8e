import { bufferOver, concat } from "./bytes.ts";
import { CryptoError } from "./crypto-error.ts";

/** Base64 with padding (RFC 4648, section 4). Makes a string: not for secrets. */
export function toBase64(bytes: Uint8Array): string {
  return bufferOver(bytes).toString("base64");
}

/** Base64 for addresses, without padding (RFC 4648, section 5). Makes a string: not for secrets. */
export function toBase64Url(bytes: Uint8Array): string {
  return bufferOver(bytes).toString("base64url");
}

/** The bytes of canonical base64 with padding. Throws `malformed` for any other spelling. */
export function fromBase64(encoded: string): Uint8Array<ArrayBuffer> {
  return decodeStrictly(encoded, "base64");
}

/** The bytes of canonical base64url without padding. Throws `malformed` for any other spelling. */
export function fromBase64Url(encoded: string): Uint8Array<ArrayBuffer> {
  return decodeStrictly(encoded, "base64url");
}

/**
 * `Buffer` skips what it does not know and ignores left-over bits; encoding again and comparing
 * leaves exactly one spelling for each value.
 */
function decodeStrictly(
  encoded: string,
  encoding: "base64" | "base64url",
): Uint8Array<ArrayBuffer> {
  const decoded = Buffer.from(encoded, encoding);
  if (decoded.toString(encoding) !== encoded) {
    throw new CryptoError("malformed");
  }
  return concat(decoded);
}
