import { CodedError } from "../../base/coded-error.ts";
import { invariant } from "../../base/invariant.ts";
import type { FoundingStores } from "../../domain/store/sso-database.ts";
import type { Sql } from "../kysely/sql.ts";
import { storesOver } from "../kysely/stores.ts";
import { applyMigrations } from "./migrate.ts";
import type { Migration } from "./migration.ts";
import { type SchemaState, schemaState } from "./schema-state.ts";

/** Names of the tables that lie where the schema goes. */
export type ListTables = (sql: Sql) => Promise<readonly string[]>;

/** The steps of creating and opening that both databases share; each inside one transaction. */
export class SchemaSteps {
  readonly #listTables: ListTables;
  readonly #known: readonly Migration[];

  constructor(listTables: ListTables, known: readonly Migration[]) {
    this.#listTables = listTables;
    this.#known = known;
  }

  /** Throws `system-exists` or `schema-unknown` if the database is not free for a new system. */
  async refuseOccupied(sql: Sql): Promise<SchemaState> {
    const state = await this.#state(sql);
    if (state.kind !== "empty" && (await storesOver(sql).system.find()) !== undefined) {
      throw new CodedError("system-exists");
    }
    return state;
  }

  /**
   * Makes the schema and lets `run` write the first rows. The caller holds the migration lock.
   * Throws as `refuseOccupied`.
   */
  async found(sql: Sql, run: (stores: FoundingStores) => Promise<void>): Promise<void> {
    const state = await this.refuseOccupied(sql);
    await applyMigrations(sql, this.#pending(state));
    await run(storesOver(sql));
  }

  /**
   * Whether the schema has to be migrated before use. Throws `system-not-found`, `schema-unknown`,
   * `schema-too-new`.
   */
  async isBehind(sql: Sql): Promise<boolean> {
    const state = await this.#state(sql);
    if (state.kind === "empty" || (await storesOver(sql).system.find()) === undefined) {
      throw new CodedError("system-not-found");
    }
    return state.kind === "behind";
  }

  /** Takes what is pending; looks again first, because another node may have been faster. */
  async migrate(sql: Sql): Promise<void> {
    const state = await this.#state(sql);
    invariant(state.kind !== "empty", "a schema vanished between two looks at it");
    await applyMigrations(sql, this.#pending(state));
  }

  #pending(state: SchemaState): readonly Migration[] {
    switch (state.kind) {
      case "empty":
        return this.#known;
      case "behind":
        return state.pending;
      case "current":
        return [];
    }
  }

  async #state(sql: Sql): Promise<SchemaState> {
    return schemaState(sql, await this.#listTables(sql), this.#known);
  }
}
