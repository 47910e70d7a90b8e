import { sql as raw } from "kysely";
import { CodedError } from "../../base/coded-error.ts";
import type {
  FoundingStores,
  SsoDatabase,
  SsoDatabaseLocation,
} from "../../domain/store/sso-database.ts";
import { KyselyDatabase } from "../kysely/kysely-database.ts";
import type { Sql } from "../kysely/sql.ts";
import { MIGRATIONS } from "../migrations/migrations.ts";
import { SchemaSteps } from "../migrations/schema-steps.ts";
import type { SqliteDeps } from "./sqlite-deps.ts";
import { SqliteTransactions } from "./sqlite-transactions.ts";

/** An SSO database in the file `path`, for the nodes of one machine. */
export function sqliteLocation(path: string, deps: SqliteDeps): SsoDatabaseLocation {
  const schema = new SchemaSteps(listTables, deps.migrations ?? MIGRATIONS);
  return {
    kind: "sqlite",
    display: path,
    create: (run) => create(path, deps, schema, run),
    open: () => open(path, deps, schema),
  };
}

/** A file that was there before is left, with what it held; one made here goes with a failure. */
async function create(
  path: string,
  deps: SqliteDeps,
  schema: SchemaSteps,
  run: (stores: FoundingStores) => Promise<void>,
): Promise<void> {
  const isOurs = await deps.files.createPrivate(path);
  try {
    await found(path, deps, schema, run);
  } catch (error) {
    if (isOurs) {
      await removeDatabase(path, deps);
    }
    throw error;
  }
}

async function found(
  path: string,
  deps: SqliteDeps,
  schema: SchemaSteps,
  run: (stores: FoundingStores) => Promise<void>,
): Promise<void> {
  const transactions = new SqliteTransactions(path, deps);
  try {
    // Looked at first, so that a file of somebody else stays byte for byte as it was.
    await transactions.snapshot((sql) => schema.refuseOccupied(sql));
    await transactions.useWriteAheadLog();
    await transactions.change("fenced", (sql) => schema.found(sql, run));
  } finally {
    await transactions.close();
  }
}

async function open(path: string, deps: SqliteDeps, schema: SchemaSteps): Promise<SsoDatabase> {
  if (!(await deps.files.exists(path))) {
    throw new CodedError("system-not-found");
  }
  const transactions = new SqliteTransactions(path, deps);
  try {
    const isBehind = await transactions.snapshot((sql) => schema.isBehind(sql));
    await transactions.useWriteAheadLog();
    if (isBehind) {
      await transactions.change("fenced", (sql) => schema.migrate(sql));
    }
    return new KyselyDatabase(transactions);
  } catch (error) {
    await transactions.close();
    throw error;
  }
}

async function removeDatabase(path: string, { files }: SqliteDeps): Promise<void> {
  for (const suffix of ["-wal", "-shm", ""]) {
    await files.remove(path + suffix);
  }
}

async function listTables({ db }: Sql): Promise<readonly string[]> {
  const { rows } = await raw<{ name: string }>`
    select name from sqlite_schema where type = 'table' and name not like 'sqlite\\_%' escape '\\'
  `.execute(db);
  return rows.map(({ name }) => name);
}
