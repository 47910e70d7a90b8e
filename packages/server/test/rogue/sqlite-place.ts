import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { SYSTEM_EFFECTS } from "../../src/app/effects.ts";
import { databaseFiles } from "../../src/platform/database-files.ts";
import { sqliteLocation } from "../../src/storage/sqlite/sqlite-location.ts";
import type { Cell, RawSql, RoguePlace, Row } from "./raw-database.ts";

const BUSY_MS_MAX = 5000;

/** A database file whose attacker opens it with any SQLite. */
export async function sqlitePlace(): Promise<RoguePlace> {
  const directory = await mkdtemp(join(tmpdir(), "chatelaine-rogue-"));
  const path = join(directory, "sso.db");
  return {
    location: sqliteLocation(path, { ...SYSTEM_EFFECTS, files: databaseFiles }),
    raw: rawSqlite(path),
    disarm: async () => {
      using database = open(path);
      database.exec("drop index version_primary");
    },
    discard: () => rm(directory, { recursive: true }),
  };
}

function rawSqlite(path: string): RawSql {
  return {
    schema: async () => {
      using database = open(path);
      return columnsByTable(database);
    },
    query: async (sql) => {
      using database = open(path);
      const statement = database.prepare(sql);
      statement.setReadBigInts(true);
      return statement.all().map(rowOf);
    },
    rewrite: async (statements) => {
      using database = open(path);
      database.exec(["begin immediate", ...statements, "commit"].join(";\n"));
    },
    blobLiteral: (hex) => `x'${hex}'`,
    insertHint: "",
  };
}

function open(path: string): DatabaseSync {
  const database = new DatabaseSync(path, {
    enableForeignKeyConstraints: false,
    timeout: BUSY_MS_MAX,
  });
  // Durability is the nodes' concern; here it would only cost time.
  database.exec("pragma ignore_check_constraints = on; pragma synchronous = off");
  return database;
}

function columnsByTable(database: DatabaseSync): ReadonlyMap<string, readonly string[]> {
  const tables = new Map<string, string[]>();
  const listing = database.prepare(
    `select t.name as "table", c.name as "column"
      from sqlite_schema t, pragma_table_xinfo(t.name) c
      where t.type = 'table' and t.name not like 'sqlite\\_%' escape '\\'
      order by t.name, c.cid`,
  );
  for (const row of listing.all()) {
    const table = String(row["table"]);
    tables.set(table, [...(tables.get(table) ?? []), String(row["column"])]);
  }
  return tables;
}

function rowOf(row: Record<string, unknown>): Row {
  return Object.fromEntries(
    Object.entries(row).map(([column, cell]) => [
      column,
      // A copy: SQLite's own memory goes with the statement.
      cell instanceof Uint8Array ? new Uint8Array(cell) : (cell as Cell),
    ]),
  );
}
