import { toBase32 } from "@chatelaine/crypto";
import { systemRandom } from "@chatelaine/server";

const KEY_BYTES = 16;

/** A key of its own for each command, so that its write happens once also if it is sent again. */
export function newIdempotencyKey(): string {
  return `cli_${toBase32(systemRandom.bytes(KEY_BYTES))}`;
}
