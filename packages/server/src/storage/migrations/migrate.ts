import { CompiledQuery } from "kysely";
import { nowMs } from "../kysely/fence.ts";
import type { Sql } from "../kysely/sql.ts";
import type { Migration } from "./migration.ts";

/**
 * Takes the migrations, in order, inside the open transaction. The caller holds a lock that keeps
 * every other node from doing the same.
 */
export async function applyMigrations(sql: Sql, pending: readonly Migration[]): Promise<void> {
  for (const migration of pending) {
    for (const text of migration[sql.kind]) {
      await sql.db.executeQuery(CompiledQuery.raw(text));
    }
    await sql.db
      .insertInto("schema_migration")
      .values({
        number: BigInt(migration.number),
        name: migration.name,
        compatibility: migration.compatibility,
        applied_at_ms: await nowMs(sql),
      })
      .execute();
  }
}
