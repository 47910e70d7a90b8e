import type { SystemId } from "@chatelaine/crypto";
import type { WallTimeMs } from "../../platform/clock.ts";

export interface SystemRow {
  readonly systemId: SystemId;
  readonly createdAtMs: WallTimeMs;
}

export interface SystemReader {
  /** The one row; undefined before the system is founded. Throws nothing: ids are compared, not believed. */
  find(): Promise<SystemRow | undefined>;
}

export interface SystemStore extends SystemReader {
  create(row: SystemRow): Promise<void>;
}
