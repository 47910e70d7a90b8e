import { newBytes } from "./bytes.ts";
import type { RandomSource } from "./random-source.ts";

const POOL_BYTES = 6144; // 256 nonces of 24 bytes

/**
 * Random bytes drawn in large pieces and handed out in small ones, each once: asking the system for
 * every nonce is the largest avoidable cost of sealing. For what is public only: the pool is not
 * erased, so it must not supply keys.
 */
export class NoncePool implements RandomSource {
  readonly #random: RandomSource;
  #pool: Uint8Array<ArrayBuffer> = newBytes(0);
  #used = 0;

  constructor(random: RandomSource) {
    this.#random = random;
  }

  bytes(length: number): Uint8Array<ArrayBuffer> {
    if (this.#used + length > this.#pool.length) {
      // A rest that is too short is dropped, and so is the pool for a request larger than it.
      this.#pool = this.#random.bytes(Math.max(POOL_BYTES, length));
      this.#used = 0;
    }
    const start = this.#used;
    this.#used += length;
    return this.#pool.subarray(start, this.#used);
  }
}
