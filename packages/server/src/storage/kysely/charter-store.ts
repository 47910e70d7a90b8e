import type { CharterRow, CharterStore } from "../../domain/charter/charter-store.ts";
import type { Sql } from "./sql.ts";
import { SINGLETON } from "./tables.ts";

export class KyselyCharterStore implements CharterStore {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  async find(): Promise<CharterRow | undefined> {
    const row = await this.#sql.db
      .selectFrom("charter")
      .select(["serial", "note"])
      .orderBy("singleton") // should somebody add a row, all readers read the same one
      .executeTakeFirst();
    return row === undefined ? undefined : { serial: row.serial, note: row.note };
  }

  async put(row: CharterRow): Promise<void> {
    const columns = { serial: row.serial, note: row.note };
    await this.#sql.db
      .insertInto("charter")
      .values({ singleton: SINGLETON, ...columns })
      .onConflict((conflict) => conflict.column("singleton").doUpdateSet(columns))
      .execute();
  }
}
