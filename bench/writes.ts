/**
 * What the fence costs: the same write with it, without it, and a bare insert and commit; and what
 * is left of it over HTTP.
 */
import * as path from "node:path";
import { DatabaseSync } from "node:sqlite";
import postgres from "postgres";
import type {
  SsoDatabase,
  SsoDatabaseLocation,
  WriteStores,
} from "../packages/server/src/domain/store/sso-database.ts";
import { systemClock } from "../packages/server/src/platform/clock.ts";
import { systemRandom } from "../packages/server/src/platform/random.ts";
import { systemScheduler } from "../packages/server/src/platform/scheduler.ts";
import {
  AT_MS,
  claimOf,
  FIRST,
  foundSystem,
  makeApplication,
  makeAuditEntry,
  makeItem,
  SEALING_1,
} from "../packages/server/src/storage/contract/fixtures.ts";
import { testFiles } from "../packages/server/src/storage/contract/test-files.ts";
import { postgresLocation } from "../packages/server/src/storage/postgres/postgres-location.ts";
import { sqliteLocation } from "../packages/server/src/storage/sqlite/sqlite-location.ts";
import { sharedPostgres } from "../tools/test-postgres.ts";
import { buildInto, withDirectory } from "./built-program.ts";
import { compare, type Comparison, type Contender } from "./compare.ts";
import { HttpLoad } from "./http-load.ts";
import { NodeUnderLoad } from "./node-under-load.ts";

const OPTIONS = { time: "wall", rounds: 11, roundMs: 200 } as const;
const SEALED_BYTES = 300;
const CONNECTIONS = 16;
const CREATE_BARE = "create table bare (name text primary key, sealed BYTES not null)";
const EFFECTS = {
  clock: systemClock,
  scheduler: systemScheduler,
  random: systemRandom,
  files: testFiles,
};

export const FENCED = "fenced write";

/** One caller, which waits for each write, unless said otherwise. */
export function measureWrites(): Promise<readonly Comparison[]> {
  return withDirectory(async (directory) => [
    await measureSqlite(directory),
    await measurePostgres(directory),
  ]);
}

async function measureSqlite(directory: string): Promise<Comparison> {
  const node = await NodeUnderLoad.start(buildInto(directory), directory);
  const bare = new DatabaseSync(path.join(directory, "bare.db"));
  try {
    bare.exec("pragma journal_mode = wal; pragma synchronous = full; pragma fullfsync = on");
    bare.exec(CREATE_BARE.replace("BYTES", "blob"));
    const insert = bare.prepare("insert into bare values (?, ?)");
    const insertBare = (name: string): Promise<void> => {
      bare.exec("begin immediate");
      insert.run(name, systemRandom.bytes(SEALED_BYTES));
      bare.exec("commit");
      return Promise.resolve();
    };
    const location = sqliteLocation(path.join(directory, "sso.db"), EFFECTS);
    return await measureOn("writes, SQLite", location, insertBare, node);
  } finally {
    bare.close();
    await node.stop();
  }
}

/** In a database of its own, which is dropped: the server may be the user's. */
async function measurePostgres(directory: string): Promise<Comparison> {
  const server = await sharedPostgres();
  const database = `bench_${String(process.pid)}`;
  const administrator = postgres(server.url, { max: 1 });
  await administrator.unsafe(`create database ${database}`);
  const url = new URL(server.url);
  url.pathname = database;
  const bare = postgres(url.href, { max: 1, prepare: false, fetch_types: false });
  try {
    await bare.unsafe(
      "create schema sso; create schema node; create schema bench; set search_path = bench",
    );
    await bare.unsafe(CREATE_BARE.replace("BYTES", "bytea"));
    const insertBare = async (name: string): Promise<void> => {
      await bare.unsafe("begin");
      const sealed = Buffer.from(systemRandom.bytes(SEALED_BYTES));
      await bare.unsafe("insert into bare values ($1, $2)", [name, sealed]);
      await bare.unsafe("commit");
    };
    url.searchParams.set("search_path", "sso");
    const location = postgresLocation(url.href, EFFECTS);
    url.searchParams.set("search_path", "node");
    const node = await NodeUnderLoad.start(buildInto(directory), directory, url.href);
    try {
      return await measureOn("writes, PostgreSQL", location, insertBare, node);
    } finally {
      await node.stop();
    }
  } finally {
    await bare.end();
    await administrator.unsafe(`drop database ${database} with (force)`);
    await administrator.end();
    await server.stop();
  }
}

async function measureOn(
  title: string,
  location: SsoDatabaseLocation,
  insertBare: (name: string) => Promise<void>,
  node: NodeUnderLoad,
): Promise<Comparison> {
  await location.create(foundSystem);
  const database = await location.open();
  const [one, many] = [
    await HttpLoad.open(node.socket, 1),
    await HttpLoad.open(node.socket, CONNECTIONS),
  ];
  try {
    await database.mastership.claim(async () => claimOf(FIRST));
    await database.write((stores) => stores.applications.add(makeApplication(), AT_MS));
    const overHttp = [
      settingOver(node, one, "config.set over the socket"),
      settingOver(node, many, `config.set, ${String(CONNECTIONS)} connections`),
    ];
    return await compare(title, [...contenders(database, insertBare), ...overHttp], OPTIONS);
  } finally {
    one.close();
    many.close();
    await database.close();
  }
}

function contenders(
  database: SsoDatabase,
  insertBare: (name: string) => Promise<void>,
): readonly Contender[] {
  return [
    eachNamed("unfenced write: config item, audit", (name) =>
      database.write((stores) => putItem(stores, name)),
    ),
    eachNamed(FENCED, (name) => database.fenced(FIRST, "bench", (stores) => putItem(stores, name))),
    eachNamed("bare insert and commit", insertBare),
  ];
}

async function putItem(stores: WriteStores, identifier: string): Promise<void> {
  const item = makeItem({ identifier, revision: systemRandom.bytes(16) });
  await stores.configItems.put(item, SEALING_1, undefined);
  await stores.audit.record(makeAuditEntry());
}

function eachNamed(name: string, write: (name: string) => Promise<void>): Contender {
  const progress = { written: 0 };
  return {
    name,
    run: async (count) => {
      for (let done = 0; done < count; done += 1) {
        progress.written += 1;
        await write(`${name} ${String(progress.written)}`);
      }
    },
  };
}

/** New items of a node in a process of its own; as the local administrator, so without a token. */
function settingOver(node: NodeUnderLoad, load: HttpLoad, name: string): Contender {
  const progress = { written: 0 };
  return {
    name,
    run: async (count) => {
      const requests = Array.from({ length: count }, () => {
        progress.written += 1;
        return node.setRequest(`${name} ${String(progress.written)}`, progress.written);
      });
      await load.send(count, requests);
    },
  };
}
