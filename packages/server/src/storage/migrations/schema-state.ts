import { CodedError } from "../../base/coded-error.ts";
import { oneOf } from "../kysely/row-values.ts";
import type { Sql } from "../kysely/sql.ts";
import type { Compatibility, Migration } from "./migration.ts";

/** What a database holds, as far as this software can tell. */
export type SchemaState =
  | { readonly kind: "empty" } // no table at all
  | { readonly kind: "current" } // every migration of this software, and no unknown breaking one
  | { readonly kind: "behind"; readonly pending: readonly Migration[] };

interface Applied {
  readonly number: number;
  readonly name: string;
  readonly compatibility: Compatibility;
}

/** Tables without which the schema is not one of ours, whatever else the database holds. */
const OUR_TABLES = ["schema_migration", "system", "fence"];

const COMPATIBILITIES: readonly Compatibility[] = ["compatible", "breaking"];

/**
 * Compares the schema with the migrations this software knows; `tables` are those there are.
 * Throws `schema-unknown` for tables that are not ours and `schema-too-new` for a breaking
 * migration of newer software.
 */
export async function schemaState(
  sql: Sql,
  tables: readonly string[],
  known: readonly Migration[],
): Promise<SchemaState> {
  if (tables.length === 0) {
    return { kind: "empty" };
  }
  if (!OUR_TABLES.every((table) => tables.includes(table))) {
    throw new CodedError("schema-unknown", {
      detail: "The database holds tables of another program; give the SSO database one of its own.",
    });
  }
  const applied = await listApplied(sql);
  refuseForeign(applied, known);
  const pending = known.filter(({ number }) => !applied.some((one) => one.number === number));
  return pending.length === 0 ? { kind: "current" } : { kind: "behind", pending };
}

async function listApplied(sql: Sql): Promise<readonly Applied[]> {
  const rows = await sql.db
    .selectFrom("schema_migration")
    .select(["number", "name", "compatibility"])
    .orderBy("number")
    .execute();
  return rows.map((row) => ({
    number: Number(row.number),
    name: row.name,
    compatibility: oneOf(COMPATIBILITIES, row.compatibility, "schema_migration.compatibility"),
  }));
}

function refuseForeign(applied: readonly Applied[], known: readonly Migration[]): void {
  const newest = Math.max(...known.map(({ number }) => number));
  const unknown = applied.filter(({ number }) => number > newest);
  if (unknown.some(({ compatibility }) => compatibility === "breaking")) {
    const numbers = unknown.map(({ number }) => String(number)).join(", ");
    throw new CodedError("schema-too-new", {
      detail:
        `The schema has migrations this software does not know (${numbers}; it knows ` +
        `${String(newest)}). Run the release of Chatelaine that made them, or a newer one.`,
    });
  }
  for (const { number, name } of applied) {
    const expected = known.find((one) => one.number === number);
    if (number <= newest && expected?.name !== name) {
      throw new CodedError("schema-unknown", {
        detail: `Migration ${String(number)} of the schema is not the one this software knows.`,
      });
    }
  }
}
