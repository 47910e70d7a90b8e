import type { Scheduler } from "../../platform/scheduler.ts";
import type { Migration } from "../migrations/migration.ts";

export interface PostgresDeps {
  readonly scheduler: Scheduler;
  /** Only tests give others than those of this software. */
  readonly migrations?: readonly Migration[];
}
