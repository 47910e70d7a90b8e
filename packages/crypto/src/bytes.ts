import { timingSafeEqual } from "node:crypto";
import { CryptoError } from "./crypto-error.ts";

/**
 * `length` zero bytes outside of V8's moving heap. A small `new Uint8Array(length)` lies on that
 * heap, where the collector leaves copies behind which nobody can overwrite; so does a pooled
 * `Buffer`.
 */
export function newBytes(length: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new ArrayBuffer(length));
}

/** All parts, one after the other, in a buffer of their own. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const joined = newBytes(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}

/** Whether both are the same bytes; the time taken depends on the lengths only. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

/** Lower-case hexadecimal. Makes a string: not for secrets. */
export function toHex(bytes: Uint8Array): string {
  return bufferOver(bytes).toString("hex");
}

/** The bytes of lower-case hexadecimal text. Throws `malformed` for anything else. */
export function fromHex(encoded: string): Uint8Array<ArrayBuffer> {
  if (!/^(?:[0-9a-f]{2})*$/.test(encoded)) {
    throw new CryptoError("malformed");
  }
  return concat(Buffer.from(encoded, "hex"));
}

/** The same memory as a `Buffer`, whose encoders are native. */
export function bufferOver(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
