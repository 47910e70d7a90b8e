import { toBase32, type RandomSource } from "@chatelaine/crypto";

const ID_BYTES = 10;
/** How many are drawn at once: asking the system for few bytes costs as much as for many. */
const IDS_DRAWN = 128;

/** Names of requests, `req_` and 16 base32 characters. They are no secrets. */
export class RequestIds {
  readonly #random: RandomSource;
  #drawn: Uint8Array = new Uint8Array(0);
  #used = 0;

  constructor(random: RandomSource) {
    this.#random = random;
  }

  next(): string {
    if (this.#used === this.#drawn.length) {
      this.#drawn = this.#random.bytes(IDS_DRAWN * ID_BYTES);
      this.#used = 0;
    }
    const start = this.#used;
    this.#used += ID_BYTES;
    return `req_${toBase32(this.#drawn.subarray(start, this.#used))}`;
  }
}
