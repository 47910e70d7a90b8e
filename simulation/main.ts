/**
 * Plays whole systems in virtual time, with everything going wrong that may:
 *
 *   npm run simulate -- --seeds COUNT [--from SEED]   many runs; what was met, and what was broken
 *   npm run simulate -- --seed SEED [--focus FAULT]…  one run, with its transcript
 *
 * Faults in focus are chosen more often, as the mutations want it; they make another run of the seed.
 */
import { parseArgs } from "node:util";
import { runBatch } from "./run/batch.ts";
import { REQUIRED, RUNS_THAT_MEET_ALL } from "./run/required.ts";
import { simulateSeed } from "./run/simulate-seed.ts";
import type { Tally } from "./run/tally.ts";

const SEEDS_USUAL = "100";
const FIRST_SEED = "1";

const { values } = parseArgs({
  options: {
    seed: { type: "string" },
    seeds: { type: "string", default: SEEDS_USUAL },
    from: { type: "string", default: FIRST_SEED },
    focus: { type: "string", multiple: true, default: [] },
  },
});

const isKept =
  values.seed === undefined
    ? await playMany(Number(values.from), Number(values.seeds))
    : await playOne(Number(values.seed), values.focus);
process.exitCode = isKept ? 0 : 1;

async function playOne(seed: number, focus: readonly string[]): Promise<boolean> {
  const { transcript, violations } = await simulateSeed(seed, { focus });
  console.log(transcript.join("\n"));
  console.log(violations.length === 0 ? "every promise was kept" : violations.join("\n"));
  return violations.length === 0;
}

async function playMany(from: number, count: number): Promise<boolean> {
  const startedAt = performance.now();
  const seeds = Array.from({ length: count }, (_, index) => from + index);
  const { tally, failed, events } = await runBatch(seeds);
  const seconds = (performance.now() - startedAt) / 1000;
  printTally(tally);
  const missing = count < RUNS_THAT_MEET_ALL ? [] : REQUIRED.filter((what) => tally.of(what) === 0);
  for (const what of missing) {
    console.log(`✖ never occurred: ${what}`);
  }
  for (const { seed, violations } of failed) {
    console.log(`✖ seed ${seed}: ${violations.join("; ")}`);
    console.log(`  replay it: npm run simulate -- --seed ${seed}`);
  }
  const speed = (count / seconds).toFixed(1);
  console.log(
    `${count} runs, ${events} events, ${seconds.toFixed(0)} s (${speed} runs/s): ${failed.length} broke a promise, ${missing.length} of ${REQUIRED.length} faults and branches never occurred`,
  );
  return failed.length === 0 && missing.length === 0;
}

function printTally(tally: Tally): void {
  const required = new Set(REQUIRED);
  for (const [what, times] of Object.entries(tally.toRecord())) {
    console.log(`${String(times).padStart(9)} ${required.has(what) ? "*" : " "} ${what}`);
  }
}
