import * as fs from "node:fs";
import { pause } from "../node-process.ts";
import { withCandidates, type DatabaseKind } from "./measure-faults.ts";

/** What a node without a caller takes of one core, in percent. */
export interface IdleCost {
  readonly database: DatabaseKind;
  readonly node: string;
  readonly isMaster: boolean;
  readonly corePercent: number;
}

/** The goal, of the master secret server. */
export const IDLE_PERCENT_MAX = 1;

const SETTLED_MS = 15_000;
/** Of `proc_pid_stat(5)`, always that on Linux as programs see it. */
const TICKS_PER_SECOND = 100;

/** Three candidates that nobody asks anything; Linux only. */
export async function measureIdle(kind: DatabaseKind, durationMs: number): Promise<IdleCost[]> {
  const costs: IdleCost[] = [];
  await withCandidates(kind, undefined, async ({ nodes }) => {
    await pause(SETTLED_MS);
    const before = nodes.map(({ pid }) => processorSeconds(pid));
    const startedAt = performance.now();
    await pause(durationMs);
    const seconds = (performance.now() - startedAt) / 1000;
    const after = nodes.map(({ pid }) => processorSeconds(pid));
    for (const [index, node] of nodes.entries()) {
      const used = (after[index] ?? NaN) - (before[index] ?? NaN);
      const { health } = await node.status();
      costs.push({
        database: kind,
        node: node.name,
        isMaster: health.isMaster,
        corePercent: (used / seconds) * 100,
      });
    }
  });
  return costs;
}

/** Of all threads, in the kernel and outside. */
function processorSeconds(pid: number): number {
  const line = fs.readFileSync(`/proc/${String(pid)}/stat`, "utf8");
  // The name in parentheses may contain anything; the fields come after it, from the third.
  const fields = line.slice(line.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}
