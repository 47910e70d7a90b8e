import { text, u32, type StampedRow } from "@chatelaine/crypto";
import type { ApplicationId } from "../application-id/application-id.ts";
import type { WallTimeMs } from "../../platform/clock.ts";
import type { Unverified } from "../stamp/row-guard.ts";

/** The four types of affiliate application of Enterprise SSO. */
export const APPLICATION_TYPES = ["individual", "group", "host-group", "config-store"] as const;
export type ApplicationType = (typeof APPLICATION_TYPES)[number];

/** An affiliate application's row: every column of it is under its stamp. */
export interface Application {
  readonly applicationId: ApplicationId;
  /** 16 bytes: counter u64 and 8 random bytes. */
  readonly revision: Uint8Array;
  readonly name: string;
  readonly type: ApplicationType;
  /** Raised to take access away from whoever was given the application's key. */
  readonly generation: number;
  readonly isEnabled: boolean;
  /** Everything else, as JSON: `application-settings.ts` reads and writes it. */
  readonly settings: string;
}

/** With what is for people only, and so is not under the stamp. */
export interface StoredApplication extends Unverified<Application> {
  readonly createdAtMs: WallTimeMs;
  readonly updatedAtMs: WallTimeMs;
}

export function applicationStampColumns(row: Application): StampedRow {
  return {
    table: "application",
    revision: row.revision,
    primaryKey: [text(row.applicationId)],
    columns: [
      text(row.name),
      text(row.type),
      u32(row.generation),
      u32(row.isEnabled ? 1 : 0),
      text(row.settings),
    ],
  };
}
