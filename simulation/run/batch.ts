import { fork } from "node:child_process";
import * as os from "node:os";
import { join } from "node:path";
import type { RunResult } from "./simulate-seed.ts";
import { Tally } from "./tally.ts";

/** Seeds that a process is given at a time. */
const SEEDS_AT_ONCE = 5;
const WORKER = join(import.meta.dirname, "worker.ts");

/** What a worker sends of one run; the transcript is made again by whoever wants it. */
export type WorkerAnswer = Omit<RunResult, "transcript">;

export interface BatchResult {
  readonly tally: Tally;
  readonly failed: readonly WorkerAnswer[];
  readonly events: number;
}

/** Runs these seeds in as many processes as there are processors. */
export async function runBatch(seeds: readonly number[]): Promise<BatchResult> {
  const waiting = [...seeds];
  const tally = new Tally();
  const failed: WorkerAnswer[] = [];
  let events = 0;
  const takeResult = (result: WorkerAnswer): void => {
    tally.add(result.counts);
    events += result.events;
    if (result.violations.length > 0) {
      failed.push(result);
    }
  };
  const count = Math.min(os.availableParallelism(), seeds.length);
  await Promise.all(Array.from({ length: count }, () => work(waiting, takeResult)));
  return { tally, failed: failed.toSorted((a, b) => a.seed - b.seed), events };
}

/** One process, until there is nothing left to do. */
function work(waiting: number[], takeResult: (result: WorkerAnswer) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = fork(WORKER);
    let expected = 0;
    const give = (): void => {
      const seeds = waiting.splice(0, SEEDS_AT_ONCE);
      expected = seeds.length;
      if (expected === 0) {
        worker.disconnect();
      } else {
        worker.send(seeds);
      }
    };
    worker.on("message", (result) => {
      takeResult(result as WorkerAnswer);
      expected -= 1;
      if (expected === 0) {
        give();
      }
    });
    worker.on("error", reject);
    worker.on("exit", (code) => {
      if (expected === 0) {
        resolve();
      } else {
        reject(new WorkerDied(code));
      }
    });
    give();
  });
}

/** The simulation itself is broken: a run ended in an error and not in a result. */
export class WorkerDied extends Error {
  constructor(code: number | null) {
    super(`a process of the simulation ended with ${String(code)}; what it said is above`);
    this.name = "WorkerDied";
  }
}
