/**
 * Plays runs until one breaks a promise: the program that a mutated tree runs.
 *
 *   node hunt.ts SEEDS_MAX PROMISE [FAULT…]   how the promise begins, and faults in focus
 */
import { ParsedStatements } from "../database/parsed-statements.ts";
import { simulateSeed } from "../run/simulate-seed.ts";

const [seedsMax = "0", breaks = "", ...focus] = process.argv.slice(2);
console.log(JSON.stringify(await firstCaught(Number(seedsMax))));

async function firstCaught(max: number) {
  const parsed = new ParsedStatements();
  for (let seed = 1; seed <= max; seed += 1) {
    const { violations } = await simulateSeed(seed, { focus, parsed });
    if (violations.some((violation) => violation.startsWith(breaks))) {
      return { seed, violations };
    }
  }
  return null;
}
