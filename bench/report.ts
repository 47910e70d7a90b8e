import type { Comparison } from "./compare.ts";
import type { Environment } from "./environment.ts";
import type { ImportFigures } from "./imports.ts";
import type { MemoryFigures } from "./memory.ts";
import type { StartMeasurement } from "./starting.ts";

export type GoalUnit = "ratio" | "per second" | "ms" | "MiB";

/** A figure that was promised, and what it is. */
export interface Goal {
  readonly goal: string;
  readonly measured: number;
  readonly unit: GoalUnit;
  readonly isReached: boolean;
}

/** Everything that one run found; `--json` prints it as it is. */
export interface Report {
  readonly environment: Environment;
  readonly comparisons: readonly Comparison[];
  readonly memory: MemoryFigures | undefined;
  readonly imports: ImportFigures | undefined;
  readonly start: StartMeasurement | undefined;
  readonly goals: readonly Goal[];
}
