/** Runs the seeds it is sent and answers what came of each: a process of `batch.ts`. */
import { ParsedStatements } from "../database/parsed-statements.ts";
import { simulateSeed } from "./simulate-seed.ts";

const parsed = new ParsedStatements();

process.on("message", (seeds) => {
  void runAll(seeds as readonly number[]);
});

/** Two at a time: while one waits for work outside of the thread, the other goes on. */
async function runAll(seeds: readonly number[]): Promise<void> {
  const waiting = [...seeds];
  const turn = async (): Promise<void> => {
    for (let seed = waiting.shift(); seed !== undefined; seed = waiting.shift()) {
      const { violations, counts, events } = await simulateSeed(seed, { parsed });
      process.send?.({ seed, violations, counts, events });
    }
  };
  await Promise.all([turn(), turn()]);
}
