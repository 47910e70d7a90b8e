import { SecretBytes } from "@chatelaine/crypto";
import { invariant } from "../../base/invariant.ts";

/** A part of the request, copied; the handler erases it. */
export function secretPart(parts: readonly Uint8Array[], index: number): SecretBytes {
  return SecretBytes.copyOf(bytesPart(parts, index));
}

/** A part of the request; it is zeroed after the handler has ended. */
export function bytesPart(parts: readonly Uint8Array[], index: number): Uint8Array {
  const part = parts[index];
  invariant(part !== undefined, "the route table promised this part");
  return part;
}
