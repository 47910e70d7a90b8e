import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import postgres from "postgres";

export type Row = Readonly<Record<string, unknown>>;

/** An SSO database as its administrator sees it: SQL, past every store. */
export interface TestDatabase {
  readonly kind: "sqlite" | "postgres";
  /** The file, or the URL. */
  readonly place: string;
  /** Of `init` and `node recover`. */
  readonly options: readonly string[];
  query(sql: string): Promise<readonly Row[]>;
  /** Reads everything there is, and what the database knows of damage. */
  assertWhole(): Promise<void>;
  /** Resolves once nobody else is connected: what a killed client had sent may still commit. */
  untilDeserted(): Promise<void>;
  discard(): Promise<void>;
}

/** Columns as text: bytes in lower-case hex, which both databases write alike. */
export function sqliteFile(path: string): TestDatabase {
  return {
    kind: "sqlite",
    place: path,
    options: ["--database-file", path],
    query: async (sql) => {
      using database = new DatabaseSync(path);
      return database.prepare(sql).all();
    },
    assertWhole: async () => {
      using database = new DatabaseSync(path);
      const check = database.prepare("pragma integrity_check").all();
      const keys = database.prepare("pragma foreign_key_check").all();
      const said = [...check.map((row) => row["integrity_check"]), ...keys];
      if (said.length !== 1 || said[0] !== "ok") {
        throw new Error(`the file is damaged: ${JSON.stringify(said)}`);
      }
    },
    // The locks of a killed process are gone with it, and so is what it had not committed.
    untilDeserted: () => Promise.resolve(),
    discard: () => Promise.resolve(),
  };
}

const OTHER_SESSIONS = `select count(*) from pg_stat_activity
  where datname = current_database() and pid <> pg_backend_pid()
  and backend_type = 'client backend'`;

let databaseCount = 0;

/**
 * A database of its own on that server. `nodesUrl`: how nodes reach the database of a name, where
 * that is another way.
 */
export async function postgresDatabase(
  serverUrl: () => string,
  nodesUrl?: (name: string) => string,
): Promise<(directory: string) => TestDatabase> {
  databaseCount += 1;
  const name = `system_${process.pid}_${databaseCount}`;
  await runOn(serverUrl(), `create database ${name}`);
  const url = (): string => Object.assign(new URL(serverUrl()), { pathname: name }).href;
  return (directory) => {
    const urlFile = join(directory, "database-url");
    writeFileSync(urlFile, `${nodesUrl?.(name) ?? url()}\n`, { mode: 0o600 });
    return {
      kind: "postgres",
      place: url(),
      options: ["--database-url-file", urlFile],
      query: (sql) => runOn(url(), sql),
      assertWhole: async () => {
        const tables = await runOn(
          url(),
          "select tablename as name from pg_tables where schemaname = 'public'",
        );
        for (const { name: table } of tables) {
          await runOn(url(), `select * from ${String(table)}`);
        }
      },
      untilDeserted: async () => {
        let others: number;
        do {
          const rows = await runOn(url(), OTHER_SESSIONS);
          others = Number(rows[0]?.["count"]);
        } while (others > 0);
      },
      discard: async () => {
        await runOn(serverUrl(), `drop database ${name} with (force)`);
      },
    };
  };
}

async function runOn(url: string, sql: string): Promise<readonly Row[]> {
  const client = postgres(url, { max: 1, onnotice: () => undefined });
  try {
    return await client.unsafe(sql);
  } finally {
    await client.end();
  }
}
