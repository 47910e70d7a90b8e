import type { ApplicationId } from "../application-id/application-id.ts";
import type { SealedConfigItem } from "./config-item-store.ts";

/** What this node keeps of items for the time when the database is away; told of its own changes. */
export interface ItemCache {
  /** The row is committed. `mayKeep`: its application lets sealed values be kept. */
  written(row: SealedConfigItem, mayKeep: boolean): void;
  removed(applicationId: ApplicationId, identifier: string): void;
}
