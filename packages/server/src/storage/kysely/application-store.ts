import type { Selectable } from "kysely";
import { foldName } from "@chatelaine/crypto";
import type {
  Application,
  ApplicationId,
  ApplicationType,
} from "../../domain/application/application.ts";
import type { ApplicationStore } from "../../domain/application/application-store.ts";
import type { StampedRowToWrite, Unverified } from "../../domain/stamp/row-guard.ts";
import type { WallTimeMs } from "../../platform/clock.ts";
import { instantColumn, oneOf, u32Value, unreadableColumn } from "./row-values.ts";
import type { Sql } from "./sql.ts";
import type { Tables } from "./tables.ts";

const TYPES: readonly ApplicationType[] = ["individual", "group", "host-group", "config-store"];

export class KyselyApplicationStore implements ApplicationStore {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  async find(applicationId: ApplicationId): Promise<Unverified<Application> | undefined> {
    const row = await this.#sql.db
      .selectFrom("application")
      .selectAll()
      .where("application_id", "=", applicationId)
      .executeTakeFirst();
    return row === undefined ? undefined : unverifiedApplication(row);
  }

  async findByName(name: string): Promise<Unverified<Application> | undefined> {
    const row = await this.#sql.db
      .selectFrom("application")
      .selectAll()
      .where("name_key", "=", foldName(name))
      .executeTakeFirst();
    return row === undefined ? undefined : unverifiedApplication(row);
  }

  async add(
    { row, stamp, stampVersion }: StampedRowToWrite<Application>,
    createdAtMs: WallTimeMs,
  ): Promise<boolean> {
    const { numInsertedOrUpdatedRows } = await this.#sql.db
      .insertInto("application")
      .values({
        application_id: row.applicationId,
        revision: row.revision,
        name: row.name,
        name_key: foldName(row.name),
        type: row.type,
        generation: BigInt(row.generation),
        created_at_ms: instantColumn(createdAtMs),
        stamp,
        stamp_version: BigInt(stampVersion),
      })
      .onConflict((conflict) => conflict.column("name_key").doNothing())
      .executeTakeFirst();
    return numInsertedOrUpdatedRows === 1n;
  }
}

function unverifiedApplication(row: Selectable<Tables["application"]>): Unverified<Application> {
  // The stamp reaches the name and not its key: a key edited alone would answer for another name.
  if (row.name_key !== foldName(row.name)) {
    throw unreadableColumn("application.name_key");
  }
  return {
    unverifiedRow: {
      applicationId: row.application_id as ApplicationId,
      revision: row.revision,
      name: row.name,
      type: oneOf(TYPES, row.type, "application.type"),
      generation: u32Value(row.generation, "application.generation"),
    },
    stamp: row.stamp,
  };
}
