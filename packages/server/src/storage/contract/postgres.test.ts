import { after, before } from "node:test";
import postgres from "postgres";
import { systemScheduler } from "../../platform/scheduler.ts";
import { type SharedPostgres, sharedPostgres } from "../../../../../tools/test-postgres.ts";
import { postgresLocation } from "../postgres/postgres-location.ts";
import { databaseContract } from "./database.contract.ts";
import type { TestPlace } from "./fixtures.ts";

const DATABASE = `contract_${process.pid}`;

let server: SharedPostgres;
let stranger: postgres.Sql;
let placeCount = 0;

before(async () => {
  server = await sharedPostgres();
  await asSuperuser(`create database ${DATABASE}`);
  stranger = postgres(urlOf(DATABASE), { max: 1, onnotice: () => undefined });
});
after(async () => {
  await stranger.end();
  await asSuperuser(`drop database ${DATABASE} with (force)`);
  await server.stop();
});

databaseContract("PostgreSQL", makePlace);

/** A schema of its own for each test, because a database of its own takes half a second. */
async function makePlace(): Promise<TestPlace> {
  placeCount += 1;
  const schema = `place_${placeCount}`;
  await stranger.unsafe(`create schema ${schema}`);
  const url = `${urlOf(DATABASE)}?search_path=${schema}`;
  const deps = { scheduler: systemScheduler };
  return {
    location: postgresLocation(url, deps),
    seenWith: (migrations) => postgresLocation(url, { ...deps, migrations }),
    execute: async (statement) => {
      await stranger.unsafe(`set search_path = ${schema}; ${statement}`);
    },
    tables: () => listTables(schema),
    discard: async () => {
      await stranger.unsafe(`drop schema ${schema} cascade`);
    },
  };
}

async function listTables(schema: string): Promise<readonly string[]> {
  const rows = await stranger<{ tablename: string }[]>`
    select tablename from pg_tables where schemaname = ${schema} order by tablename
  `;
  return rows.map(({ tablename }) => tablename);
}

async function asSuperuser(statement: string): Promise<void> {
  const sql = postgres(server.url, { max: 1 });
  try {
    await sql.unsafe(statement);
  } finally {
    await sql.end();
  }
}

function urlOf(database: string): string {
  const url = new URL(server.url);
  url.pathname = database;
  return url.href;
}
