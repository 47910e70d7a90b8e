import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { systemClock } from "../../platform/clock.ts";
import { systemRandom } from "../../platform/random.ts";
import { systemScheduler } from "../../platform/scheduler.ts";
import type { SqliteDeps } from "../sqlite/sqlite-deps.ts";
import { sqliteLocation } from "../sqlite/sqlite-location.ts";
import { databaseContract } from "./database.contract.ts";
import type { TestPlace } from "./fixtures.ts";
import { testFiles } from "./test-files.ts";

const deps: SqliteDeps = {
  clock: systemClock,
  scheduler: systemScheduler,
  random: systemRandom,
  files: testFiles,
};

databaseContract("SQLite", makePlace);

async function makePlace(): Promise<TestPlace> {
  const directory = await mkdtemp(join(tmpdir(), "chatelaine-contract-"));
  const path = join(directory, "sso.db");
  return {
    location: sqliteLocation(path, deps),
    seenWith: (migrations) => sqliteLocation(path, { ...deps, migrations }),
    execute: async (sql) => {
      using database = new DatabaseSync(path);
      database.exec(sql);
    },
    tables: async () => ((await testFiles.exists(path)) ? listTables(path) : undefined),
    discard: () => rm(directory, { recursive: true }),
  };
}

function listTables(path: string): readonly string[] {
  using database = new DatabaseSync(path);
  const statement = database.prepare(
    "select name from sqlite_schema where type = 'table' and name not like 'sqlite%' order by name",
  );
  return statement.all().map(({ name }) => String(name));
}
