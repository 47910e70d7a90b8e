import type { Comparison } from "./compare.ts";
import type { Goal } from "./report.ts";
import { FEW_SERIES, ONE_SERIES } from "./sealing.ts";
import { BUILT, type StartMeasurement } from "./starting.ts";
import { FENCED } from "./writes.ts";

const OPEN_RATIO_MIN = 0.6;
const FENCED_RATIO_MIN = 0.9;
const READY_MS_MAX = 1000;

/** What was promised of the things that were measured. */
export function goalsOf(
  comparisons: readonly Comparison[],
  start: StartMeasurement | undefined,
): readonly Goal[] {
  const built = start?.starts.find(({ name }) => name === BUILT)?.readyMs.median;
  return [
    ...ratioGoals(comparisons, "open 1 KiB", [ONE_SERIES, FEW_SERIES], OPEN_RATIO_MIN),
    ...ratioGoals(comparisons, "writes, SQLite", [FENCED], FENCED_RATIO_MIN),
    ...ratioGoals(comparisons, "writes, PostgreSQL", [FENCED], FENCED_RATIO_MIN),
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

function startGoal(measured: number): Goal {
  return {
    goal: `start to ready, ${BUILT}: at most ${String(READY_MS_MAX)} ms`,
    measured,
    unit: "ms",
    isReached: measured <= READY_MS_MAX,
  };
}
