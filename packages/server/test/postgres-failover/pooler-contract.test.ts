import { after, before, describe } from "node:test";
import postgres from "postgres";
import { requirement } from "../../../../tools/requirement.ts";
import { TestPooler } from "../../../../tools/test-pooler.ts";
import { startPostgres, type TestPostgres } from "../../../../tools/test-postgres.ts";
import { systemScheduler } from "../../src/platform/scheduler.ts";
import { databaseContract } from "../../src/storage/contract/database.contract.ts";
import type { TestPlace } from "../../src/storage/contract/fixtures.ts";
import { postgresLocation } from "../../src/storage/postgres/postgres-location.ts";

/** Whom the pooler knows; more than the suites have places. */
const PLACES_MAX = 1000;

const skip = requirement("postgres") ?? requirement("pgbouncer");

describe("through a pooler of transactions", { skip }, () => {
  let server: TestPostgres;
  let pooler: TestPooler;
  let administrator: postgres.Sql;
  let placeCount = 0;

  before(async () => {
    server = await startPostgres();
    const users = Array.from({ length: PLACES_MAX }, (_, index) => nameOf(index + 1));
    pooler = await TestPooler.start({ server: server.url, users });
    administrator = postgres(server.url, { max: 1, onnotice: () => undefined });
  });
  after(async () => {
    await administrator.end();
    await pooler.stop();
    await server.stop();
  });

  databaseContract("PostgreSQL behind pgbouncer", makePlace);

  /**
   * A user for each place, in whose schema its tables are: the pooler passes no search path on,
   * and gives a connection to nobody but the user who made it.
   */
  async function makePlace(): Promise<TestPlace> {
    placeCount += 1;
    const name = nameOf(placeCount);
    const { password } = new URL(server.url);
    await administrator.unsafe(
      `create user ${name} password '${password}'; create schema ${name} authorization ${name}; ` +
        `alter user ${name} set search_path = ${name}`,
    );
    const url = new URL(pooler.url);
    url.username = name;
    const deps = { scheduler: systemScheduler };
    return {
      location: postgresLocation(url.href, deps),
      seenWith: (migrations) => postgresLocation(url.href, { ...deps, migrations }),
      execute: async (statement) => {
        await administrator.unsafe(`set search_path = ${name}; set role ${name}; ${statement}`);
        await administrator.unsafe("reset role");
      },
      tables: async () => {
        const rows = await administrator<{ tablename: string }[]>`
          select tablename from pg_tables where schemaname = ${name} order by tablename
        `;
        return rows.map(({ tablename }) => tablename);
      },
      discard: async () => {
        await administrator.unsafe(`drop schema ${name} cascade`);
      },
    };
  }
});

function nameOf(count: number): string {
  return `place_${String(count)}`;
}
