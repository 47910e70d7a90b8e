import type { WallTimeMs } from "../../platform/clock.ts";
import type { StampedRowToWrite, Unverified } from "../stamp/row-guard.ts";
import type { Application, ApplicationId } from "./application.ts";

export interface ApplicationReader {
  find(applicationId: ApplicationId): Promise<Unverified<Application> | undefined>;
  /** By name, compared after folding. */
  findByName(name: string): Promise<Unverified<Application> | undefined>;
}

export interface ApplicationStore extends ApplicationReader {
  /** False if an application of the same folded name exists; then nothing is written. */
  add(application: StampedRowToWrite<Application>, createdAtMs: WallTimeMs): Promise<boolean>;
}
