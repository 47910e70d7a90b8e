import { randomFillSync } from "node:crypto";
import type { RandomSource } from "@chatelaine/crypto";

/** The one source of chance in production. Allocates outside V8's moving heap. */
export const systemRandom: RandomSource = {
  bytes: (length) => randomFillSync(new Uint8Array(new ArrayBuffer(length))),
};
