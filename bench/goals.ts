import type { Comparison } from "./compare.ts";
import type { MemoryFigures } from "./memory.ts";
import type { Goal } from "./report.ts";
import { oneItemTitle, REVEAL } from "./requests.ts";
import { FEW_SERIES, ONE_SERIES } from "./sealing.ts";
import { BUILT, type StartMeasurement } from "./starting.ts";
import { FENCED } from "./writes.ts";

const OPEN_RATIO_MIN = 0.6;
const FENCED_RATIO_MIN = 0.9;
const READY_MS_MAX = 1000;
const REVEALS_PER_SECOND_MIN = 10_000;
const REVEAL_P99_MS_MAX = 5;
const IDLE_MIB_MAX = 120;

/** What was promised of the things that were measured. */
export function goalsOf(
  comparisons: readonly Comparison[],
  memory: MemoryFigures | undefined,
  start: StartMeasurement | undefined,
): readonly Goal[] {
  const built = start?.starts.find(({ name }) => name === BUILT)?.readyMs.median;
  return [
    ...ratioGoals(comparisons, "open 1 KiB", [ONE_SERIES, FEW_SERIES], OPEN_RATIO_MIN),
    ...ratioGoals(comparisons, "writes, SQLite", [FENCED], FENCED_RATIO_MIN),
    ...ratioGoals(comparisons, "writes, PostgreSQL", [FENCED], FENCED_RATIO_MIN),
    ...[16, 64].flatMap((connections) => revealGoals(comparisons, connections)),
    ...(memory?.idleMib === undefined ? [] : [memoryGoal(memory.idleMib, memory.items)]),
    ...(built === undefined ? [] : [startGoal(built)]),
  ];
}

function ratioGoals(
  comparisons: readonly Comparison[],
  title: string,
  names: readonly string[],
  least: number,
): readonly Goal[] {
  const comparison = comparisons.find((candidate) => candidate.title === title);
  return names.flatMap((name) => {
    const measured = comparison?.standings.find((standing) => standing.name === name)?.ratio;
    return measured === undefined
      ? []
      : [
          {
            goal: `${title}, ${name}: at least ${String(least)} of the first`,
            measured: measured.median,
            unit: "ratio" as const,
            isReached: measured.median >= least,
          },
        ];
  });
}

function revealGoals(comparisons: readonly Comparison[], connections: number): readonly Goal[] {
  const title = oneItemTitle("loopback", connections);
  const standing = comparisons
    .find((candidate) => candidate.title === title)
    ?.standings.find(({ name }) => name === REVEAL);
  if (standing?.latencyMs === undefined) {
    return [];
  }
  const { perSecond, latencyMs } = standing;
  return [
    {
      goal: `${REVEAL}, ${title}: at least ${String(REVEALS_PER_SECOND_MIN)} per second`,
      measured: perSecond.median,
      unit: "per second",
      isReached: perSecond.median >= REVEALS_PER_SECOND_MIN,
    },
    {
      goal: `${REVEAL}, ${title}: p99 at most ${String(REVEAL_P99_MS_MAX)} ms`,
      measured: latencyMs.p99,
      unit: "ms",
      isReached: latencyMs.p99 <= REVEAL_P99_MS_MAX,
    },
  ];
}

function memoryGoal(measured: number, items: number): Goal {
  return {
    goal: `memory of an idle node with ${String(items)} items: at most ${String(IDLE_MIB_MAX)} MiB`,
    measured,
    unit: "MiB",
    isReached: measured <= IDLE_MIB_MAX,
  };
}

function startGoal(measured: number): Goal {
  return {
    goal: `start to ready, ${BUILT}: at most ${String(READY_MS_MAX)} ms`,
    measured,
    unit: "ms",
    isReached: measured <= READY_MS_MAX,
  };
}
