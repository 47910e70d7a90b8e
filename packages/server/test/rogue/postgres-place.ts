import postgres from "postgres";
import { systemScheduler } from "../../src/platform/scheduler.ts";
import { postgresLocation } from "../../src/storage/postgres/postgres-location.ts";
import type { Cell, RawSql, RoguePlace, Row } from "./raw-database.ts";

/** A server's database of its own, in which each place is a schema; its attacker is superuser. */
export class PostgresPlaces {
  readonly #url: string;
  readonly #name: string;
  readonly #stranger: postgres.Sql<{ bigint: bigint }>;
  #count = 0;

  private constructor(url: string, name: string, stranger: postgres.Sql<{ bigint: bigint }>) {
    this.#url = url;
    this.#name = name;
    this.#stranger = stranger;
  }

  static async create(serverUrl: string, name: string): Promise<PostgresPlaces> {
    await asSuperuser(serverUrl, `create database ${name}`);
    const stranger = postgres(urlOf(serverUrl, name), {
      max: 1,
      onnotice: () => undefined,
      types: { bigint: postgres.BigInt },
    });
    return new PostgresPlaces(serverUrl, name, stranger);
  }

  async place(): Promise<RoguePlace> {
    this.#count += 1;
    const schema = `place_${this.#count}`;
    await this.#stranger.unsafe(`create schema ${schema}`);
    const url = `${urlOf(this.#url, this.#name)}?search_path=${schema}`;
    return {
      location: postgresLocation(url, { scheduler: systemScheduler }),
      raw: this.#raw(schema),
      disarm: () => this.#disarm(schema),
      discard: async () => {
        await this.#stranger.unsafe(`drop schema ${schema} cascade`);
      },
    };
  }

  async end(): Promise<void> {
    await this.#stranger.end();
    await asSuperuser(this.#url, `drop database ${this.#name} with (force)`);
  }

  #raw(schema: string): RawSql {
    return {
      schema: async () => {
        const rows = await this.#stranger<{ table: string; columns: string[] }[]>`
          select table_name as "table", array_agg(column_name::text order by ordinal_position)
            as columns
          from information_schema.columns where table_schema = ${schema}
          group by table_name order by table_name
        `;
        return new Map(rows.map(({ table, columns }) => [table, columns]));
      },
      query: async (sql) => {
        const [, rows] = await this.#stranger.unsafe<[unknown[], Record<string, unknown>[]]>(
          `set search_path = ${schema}; ${sql}`,
        );
        return rows.map(rowOf);
      },
      rewrite: async (statements) => {
        // Statements sent together are one transaction.
        const together = [
          `set local search_path = ${schema}`,
          "set local session_replication_role = replica",
          ...statements,
        ];
        await this.#stranger.unsafe(`begin; ${together.join(";\n")}; commit`);
      },
      blobLiteral: (hex) => `'\\x${hex}'::bytea`,
      insertHint: "overriding system value",
    };
  }

  async #disarm(schema: string): Promise<void> {
    const checks = await this.#stranger<{ table: string; name: string }[]>`
      select conrelid::regclass::text as "table", conname as name from pg_constraint
      where contype = 'c' and connamespace = to_regnamespace(${schema})
    `;
    const drops = checks.map(({ table, name }) => {
      const bare = table.slice(table.indexOf(".") + 1);
      return `alter table ${schema}.${bare} drop constraint ${name}`;
    });
    await this.#stranger.unsafe([...drops, `drop index ${schema}.version_primary`].join("; "));
  }
}

async function asSuperuser(url: string, statement: string): Promise<void> {
  const sql = postgres(url, { max: 1 });
  try {
    await sql.unsafe(statement);
  } finally {
    await sql.end();
  }
}

function urlOf(serverUrl: string, database: string): string {
  const url = new URL(serverUrl);
  url.pathname = database;
  return url.href;
}

/** Bytes come as views of what was received; these are copies. */
function rowOf(row: Record<string, unknown>): Row {
  return Object.fromEntries(
    Object.entries(row).map(([column, cell]) => [
      column,
      cell instanceof Uint8Array ? new Uint8Array(cell) : (cell as Cell),
    ]),
  );
}
