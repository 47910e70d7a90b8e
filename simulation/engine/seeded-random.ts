import type { RandomSource } from "@chatelaine/crypto";

const TWO_TO_32 = 2 ** 32;

/** Chance that repeats itself: the same seed gives the same numbers (splitmix32). */
export class SeededRandom implements RandomSource {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** Another stream, so that one part's draws do not move another's. */
  fork(): SeededRandom {
    return new SeededRandom(this.#next());
  }

  /** At least 0 and below 1. */
  fraction(): number {
    return this.#next() / TWO_TO_32;
  }

  between(low: number, high: number): number {
    return low + this.fraction() * (high - low);
  }

  /** A whole number from 0 up to, and without, `count`. */
  below(count: number): number {
    return Math.floor(this.fraction() * count);
  }

  happens(probability: number): boolean {
    return this.fraction() < probability;
  }

  pick<T>(items: readonly [T, ...T[]]): T {
    return items[this.below(items.length)] ?? items[0];
  }

  bytes(length: number): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(new ArrayBuffer(length));
    for (let at = 0; at < length; at += 1) {
      bytes[at] = this.#next() >>> 24;
    }
    return bytes;
  }

  #next(): number {
    this.#state = (this.#state + 0x9e37_79b9) >>> 0;
    let mixed = this.#state ^ (this.#state >>> 16);
    mixed = Math.imul(mixed, 0x21f0_aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a_2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  }
}
