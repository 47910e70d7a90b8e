import type { SystemId } from "@chatelaine/crypto";
import type { SystemRow, SystemStore } from "../../domain/system/system-store.ts";
import { instantColumn, wallTime } from "./row-values.ts";
import type { Sql } from "./sql.ts";
import { SINGLETON } from "./tables.ts";

export class KyselySystemStore implements SystemStore {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  async find(): Promise<SystemRow | undefined> {
    const row = await this.#sql.db
      .selectFrom("system")
      .select(["system_id", "created_at_ms"])
      .executeTakeFirst();
    return row === undefined
      ? undefined
      : { systemId: row.system_id as SystemId, createdAtMs: wallTime(row.created_at_ms) };
  }

  async create(row: SystemRow): Promise<void> {
    await this.#sql.db
      .insertInto("system")
      .values({
        singleton: SINGLETON,
        system_id: row.systemId,
        created_at_ms: instantColumn(row.createdAtMs),
      })
      .execute();
  }
}
