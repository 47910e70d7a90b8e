import type { WallTimeMs } from "../../platform/clock.ts";
import type { StampedRowToWrite } from "../stamp/row-guard.ts";
import type { ApplicationId } from "../application-id/application-id.ts";
import type { Application, StoredApplication } from "./application.ts";

export interface ApplicationPage {
  /** Applications whose folded name comes after that of this name; undefined: from the first. */
  readonly after: string | undefined;
  readonly limit: number;
  /** Only these; undefined: all. */
  readonly only: readonly ApplicationId[] | undefined;
}

/** Finds one application; all that lookups need. */
export interface ApplicationFinder {
  find(applicationId: ApplicationId): Promise<StoredApplication | undefined>;
  /** By name, compared after folding. */
  findByName(name: string): Promise<StoredApplication | undefined>;
}

export interface ApplicationReader extends ApplicationFinder {
  /** Those of the names that exist, compared after folding, in no order. */
  findManyByName(names: readonly string[]): Promise<readonly StoredApplication[]>;
  /** Those of the ids that exist, in no order. */
  findMany(applicationIds: readonly ApplicationId[]): Promise<readonly StoredApplication[]>;
  /** By folded name. */
  list(page: ApplicationPage): Promise<readonly StoredApplication[]>;
}

export interface ApplicationStore extends ApplicationReader {
  /** False if an application of the same folded name exists; then nothing is written. */
  add(application: StampedRowToWrite<Application>, createdAtMs: WallTimeMs): Promise<boolean>;
  /** False if the row is not at `expectedRevision`. The name does not change. */
  replace(
    application: StampedRowToWrite<Application>,
    expectedRevision: Uint8Array,
    updatedAtMs: WallTimeMs,
  ): Promise<boolean>;
  /** Removes it with its items and their history. False if it is not at `expectedRevision`. */
  remove(applicationId: ApplicationId, expectedRevision: Uint8Array): Promise<boolean>;
}
