import type { Selectable } from "kysely";
import { foldName } from "@chatelaine/crypto";
import type { ApplicationId } from "../../domain/application-id/application-id.ts";
import {
  APPLICATION_TYPES,
  type Application,
  type StoredApplication,
} from "../../domain/application/application.ts";
import type {
  ApplicationPage,
  ApplicationStore,
} from "../../domain/application/application-store.ts";
import type { StampedRowToWrite } from "../../domain/stamp/row-guard.ts";
import type { WallTimeMs } from "../../platform/clock.ts";
import {
  flagColumn,
  flagValue,
  instantColumn,
  oneOf,
  u32Value,
  unreadableColumn,
  wallTime,
} from "./row-values.ts";
import type { Sql } from "./sql.ts";
import { statement } from "./statement.ts";
import type { Tables } from "./tables.ts";

const selectById = statement(({ db }, applicationId: string) =>
  db.selectFrom("application").selectAll().where("application_id", "=", applicationId),
);

const selectByName = statement(({ db }, nameKey: string) =>
  db.selectFrom("application").selectAll().where("name_key", "=", nameKey),
);

/** `nameKeys` is a JSON array. */
const selectByNames = statement(({ db, textsOf }, nameKeys: string) =>
  db.selectFrom("application").selectAll().where("name_key", "in", textsOf(nameKeys)),
);

/** `applicationIds` is a JSON array. */
const selectByIds = statement(({ db, textsOf }, applicationIds: string) =>
  db.selectFrom("application").selectAll().where("application_id", "in", textsOf(applicationIds)),
);

export class KyselyApplicationStore implements ApplicationStore {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  async find(applicationId: ApplicationId): Promise<StoredApplication | undefined> {
    const { rows } = await selectById(this.#sql, applicationId);
    return rows.map(storedApplication)[0];
  }

  async findByName(name: string): Promise<StoredApplication | undefined> {
    const { rows } = await selectByName(this.#sql, foldName(name));
    return rows.map(storedApplication)[0];
  }

  async findManyByName(names: readonly string[]): Promise<readonly StoredApplication[]> {
    const { rows } = await selectByNames(this.#sql, JSON.stringify(names.map(foldName)));
    return rows.map(storedApplication);
  }

  async findMany(applicationIds: readonly ApplicationId[]): Promise<readonly StoredApplication[]> {
    const { rows } = await selectByIds(this.#sql, JSON.stringify(applicationIds));
    return rows.map(storedApplication);
  }

  async list({ after, limit, only }: ApplicationPage): Promise<readonly StoredApplication[]> {
    const rows = await this.#sql.db
      .selectFrom("application")
      .selectAll()
      .$if(after !== undefined, (query) => query.where("name_key", ">", foldName(after ?? "")))
      .$if(only !== undefined, (query) =>
        query.where("application_id", "in", this.#sql.textsOf(JSON.stringify(only))),
      )
      .orderBy("name_key")
      .limit(limit)
      .execute();
    return rows.map(storedApplication);
  }

  async add(
    application: StampedRowToWrite<Application>,
    createdAtMs: WallTimeMs,
  ): Promise<boolean> {
    const { row } = application;
    const { numInsertedOrUpdatedRows } = await this.#sql.db
      .insertInto("application")
      .values({
        application_id: row.applicationId,
        name: row.name,
        name_key: foldName(row.name),
        ...changingColumns(application),
        created_at_ms: instantColumn(createdAtMs),
        updated_at_ms: instantColumn(createdAtMs),
      })
      .onConflict((conflict) => conflict.column("name_key").doNothing())
      .executeTakeFirst();
    return numInsertedOrUpdatedRows === 1n;
  }

  async replace(
    application: StampedRowToWrite<Application>,
    expectedRevision: Uint8Array,
    updatedAtMs: WallTimeMs,
  ): Promise<boolean> {
    const { numUpdatedRows } = await this.#sql.db
      .updateTable("application")
      .set({ ...changingColumns(application), updated_at_ms: instantColumn(updatedAtMs) })
      .where("application_id", "=", application.row.applicationId)
      .where("revision", "=", expectedRevision)
      .executeTakeFirst();
    return numUpdatedRows === 1n;
  }

  async remove(applicationId: ApplicationId, expectedRevision: Uint8Array): Promise<boolean> {
    const { numDeletedRows } = await this.#sql.db
      .deleteFrom("application")
      .where("application_id", "=", applicationId)
      .where("revision", "=", expectedRevision)
      .executeTakeFirst();
    return numDeletedRows === 1n;
  }
}

function changingColumns({ row, stamp, stampVersion }: StampedRowToWrite<Application>) {
  return {
    revision: row.revision,
    type: row.type,
    generation: BigInt(row.generation),
    is_enabled: flagColumn(row.isEnabled),
    settings: row.settings,
    stamp,
    stamp_version: BigInt(stampVersion),
  };
}

function storedApplication(row: Selectable<Tables["application"]>): StoredApplication {
  // The stamp reaches the name and not its key: a key edited alone would answer for another name.
  if (row.name_key !== foldName(row.name)) {
    throw unreadableColumn("application.name_key");
  }
  return {
    unverifiedRow: {
      applicationId: row.application_id as ApplicationId,
      revision: row.revision,
      name: row.name,
      type: oneOf(APPLICATION_TYPES, row.type, "application.type"),
      generation: u32Value(row.generation, "application.generation"),
      isEnabled: flagValue(row.is_enabled, "application.is_enabled"),
      settings: row.settings,
    },
    stamp: row.stamp,
    createdAtMs: wallTime(row.created_at_ms),
    updatedAtMs: wallTime(row.updated_at_ms),
  };
}
