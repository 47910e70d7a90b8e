import { createHash } from "node:crypto";

/** SHA-256 in hex: names a value without telling it. */
export function digestOf(value: Uint8Array): string {
  return createHash("sha256").update(value).digest("hex");
}
