import type { VersionState } from "@chatelaine/crypto";
import { invariant } from "../../base/invariant.ts";
import type { VersionRow, VersionStore } from "../../domain/keyring/version-store.ts";
import { oneOf, u32Value } from "./row-values.ts";
import type { Sql } from "./sql.ts";

const STATES: readonly VersionState[] = ["prepared", "primary", "retired"];

export class KyselyVersionStore implements VersionStore {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  async list(): Promise<readonly VersionRow[]> {
    const rows = await this.#sql.db
      .selectFrom("version")
      .select(["number", "check_value", "state"])
      .orderBy("number")
      .execute();
    return rows.map((row) => ({
      number: u32Value(row.number, "version.number"),
      checkValue: row.check_value,
      state: oneOf(STATES, row.state, "version.state"),
    }));
  }

  async add(row: VersionRow): Promise<void> {
    await this.#sql.db
      .insertInto("version")
      .values({ number: BigInt(row.number), check_value: row.checkValue, state: row.state })
      .execute();
  }

  async setState(number: number, state: VersionState): Promise<void> {
    const { numUpdatedRows } = await this.#sql.db
      .updateTable("version")
      .set({ state })
      .where("number", "=", BigInt(number))
      .executeTakeFirst();
    invariant(numUpdatedRows === 1n, "the state of a version was set that does not exist");
  }
}
