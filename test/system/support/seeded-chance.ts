import { systemRandom } from "../../../packages/server/src/platform/random.ts";

/** Chance that can be repeated: `CHATELAINE_TEST_SEED` with the seed that a failed run printed. */
export class SeededChance {
  readonly seed: number;
  #state: number;

  constructor(seed: number = chosenSeed()) {
    this.seed = seed;
    this.#state = seed;
  }

  /** A whole number from 0 to `below` - 1; a linear congruence of 32 bits is random enough here. */
  below(below: number): number {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((this.#state / 2 ** 32) * below);
  }
}

function chosenSeed(): number {
  const given = process.env["CHATELAINE_TEST_SEED"];
  return given === undefined || given === ""
    ? new DataView(systemRandom.bytes(4).buffer).getUint32(0)
    : Number(given) >>> 0;
}
