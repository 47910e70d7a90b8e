import type { Scheduler } from "../../platform/scheduler.ts";
import type { Migration } from "../migrations/migration.ts";
import type { ConnectDriver } from "./driver.ts";

export interface PostgresDeps {
  readonly scheduler: Scheduler;
  /** Only tests give others than those of this software. */
  readonly migrations?: readonly Migration[];
  /** Absent: the driver that connects to real servers. */
  readonly connect?: ConnectDriver;
}
