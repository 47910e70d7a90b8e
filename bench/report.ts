import type { Comparison } from "./compare.ts";
import type { Environment } from "./environment.ts";
import type { StartMeasurement } from "./starting.ts";

/** A figure that was promised, and what it is. */
export interface Goal {
  readonly goal: string;
  readonly measured: number;
  readonly unit: "ratio" | "ms";
  readonly isReached: boolean;
}

/** Everything that one run found; `--json` prints it as it is. */
export interface Report {
  readonly environment: Environment;
  readonly comparisons: readonly Comparison[];
  readonly start: StartMeasurement | undefined;
  readonly goals: readonly Goal[];
}
