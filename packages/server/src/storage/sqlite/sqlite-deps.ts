import type { RandomSource } from "@chatelaine/crypto";
import type { Clock } from "../../platform/clock.ts";
import type { Scheduler } from "../../platform/scheduler.ts";
import type { Migration } from "../migrations/migration.ts";
import type { DatabaseFiles } from "../database-files.ts";

export interface SqliteDeps {
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly random: RandomSource;
  readonly files: DatabaseFiles;
  /** Only tests give others than those of this software. */
  readonly migrations?: readonly Migration[];
}
