import { hash } from "node:crypto";
import { newBytes } from "./bytes.ts";

/** SHA-256 (FIPS 180-4), 32 bytes. */
export function sha256(message: Uint8Array): Uint8Array<ArrayBuffer> {
  const digest = newBytes(32);
  digest.set(hash("sha256", message, "buffer"));
  return digest;
}
