import { sql as raw } from "kysely";
import type { SsoDatabase, SsoDatabaseLocation } from "../../domain/store/sso-database.ts";
import { KyselyDatabase } from "../kysely/kysely-database.ts";
import type { Sql } from "../kysely/sql.ts";
import { MIGRATIONS } from "../migrations/migrations.ts";
import { SchemaSteps } from "../migrations/schema-steps.ts";
import type { PostgresDeps } from "./postgres-deps.ts";
import { PostgresServer } from "./postgres-server.ts";
import { PostgresTransactions } from "./postgres-transactions.ts";
import { parsePostgresUrl } from "./postgres-url.ts";

/**
 * An SSO database on PostgreSQL, in the schema that is first in the user's search path. Throws
 * `configuration-invalid` for a URL that is none.
 */
export function postgresLocation(url: string, deps: PostgresDeps): SsoDatabaseLocation {
  const { urls, display } = parsePostgresUrl(url);
  const schema = new SchemaSteps(listTables, deps.migrations ?? MIGRATIONS);
  const server = new PostgresServer(urls, deps);
  return {
    kind: "postgres",
    display,
    create: async (run) => {
      const transactions = new PostgresTransactions(server);
      try {
        await transactions.changeSchema((sql) => schema.found(sql, run));
      } finally {
        await transactions.close();
      }
    },
    open: () => open(server, schema),
  };
}

async function open(server: PostgresServer, schema: SchemaSteps): Promise<SsoDatabase> {
  const transactions = new PostgresTransactions(server);
  try {
    if (await transactions.snapshot((sql) => schema.isBehind(sql))) {
      await transactions.changeSchema((sql) => schema.migrate(sql));
    }
    return new KyselyDatabase(transactions);
  } catch (error) {
    await transactions.close();
    throw error;
  }
}

async function listTables({ db }: Sql): Promise<readonly string[]> {
  const { rows } = await raw<{ name: string }>`
    select c.relname as name from pg_class c
    where c.relnamespace = to_regnamespace(quote_ident(current_schema()))
      and c.relkind in ('r', 'p', 'v', 'm', 'f')
  `.execute(db);
  return rows.map(({ name }) => name);
}
