import type { SeededRandom } from "../engine/seeded-random.ts";

/** Any place in the network: the name of a node, or the database's. */
export type Place = string;

export const DATABASE: Place = "database";

const USUAL_MS = 0.3;
const SLOW_PROBABILITY = 0.02;
const SLOW_MS_MAX = 400;

/** What the network does to messages from one place to another, each direction by itself. */
export class Links {
  readonly #random: SeededRandom;
  readonly #count: (what: string) => void;
  readonly #cut = new Set<string>();
  readonly #lossy = new Map<string, number>();

  constructor(random: SeededRandom, count: (what: string) => void) {
    this.#random = random;
    this.#count = count;
  }

  cut(from: Place, to: Place): void {
    this.#cut.add(key(from, to));
  }

  mend(from: Place, to: Place): void {
    this.#cut.delete(key(from, to));
  }

  /** From now on connections between the two break at a message with this probability. */
  setLoss(a: Place, b: Place, probability: number): void {
    this.#lossy.set(key(a, b), probability);
    this.#lossy.set(key(b, a), probability);
  }

  mendAll(): void {
    this.#cut.clear();
    this.#lossy.clear();
  }

  isOpen(from: Place, to: Place): boolean {
    return !this.#cut.has(key(from, to));
  }

  loses(from: Place, to: Place): boolean {
    const isLost = this.#random.happens(this.#lossy.get(key(from, to)) ?? 0);
    if (isLost) {
      this.#count(
        `network: lost a message ${to === DATABASE ? "to the database" : from === DATABASE ? "from the database" : "between nodes"}`,
      );
    }
    return isLost;
  }

  delayMs(): number {
    if (this.#random.happens(SLOW_PROBABILITY)) {
      this.#count("network: late message");
      return this.#random.between(USUAL_MS, SLOW_MS_MAX);
    }
    return this.#random.between(USUAL_MS / 3, USUAL_MS * 2);
  }
}

function key(from: Place, to: Place): string {
  return `${from}→${to}`;
}
