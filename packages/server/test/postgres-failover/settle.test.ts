import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import { requirement } from "../../../../tools/requirement.ts";
import { startPostgres, type TestPostgres } from "../../../../tools/test-postgres.ts";
import { onServer } from "../../../../tools/test-postgres-pair.ts";
import type { SsoDatabase } from "../../src/domain/store/sso-database.ts";
import { pause, systemScheduler } from "../../src/platform/scheduler.ts";
import { rejectsWith } from "../../src/storage/contract/expectations.ts";
import {
  claimOf,
  FIRST,
  foundSystem,
  makeIdempotencyRow,
} from "../../src/storage/contract/fixtures.ts";
import { postgresLocation } from "../../src/storage/postgres/postgres-location.ts";
import { CountingProxy } from "../support/counting-proxy.ts";

const LOOK_MS = 5;
const WAITS_FOR_STANDBY = "wait_event = 'SyncRep'";
const WAITS_FOR_A_LOCK = "wait_event_type = 'Lock'";

/** Commits wait for a standby that does not come, until they are let go. */
describe("a commit whose outcome is unknown", { skip: requirement("postgres") }, () => {
  let server: TestPostgres;
  let proxy: CountingProxy;
  let database: SsoDatabase;

  before(async () => {
    server = await startPostgres();
    const location = postgresLocation(server.url, { scheduler: systemScheduler });
    await location.create(foundSystem);
  });
  after(() => server.stop());

  beforeEach(async () => {
    const url = new URL(server.url);
    proxy = await CountingProxy.to({ host: url.hostname, port: Number(url.port) });
    url.port = String(proxy.port);
    database = await postgresLocation(url.href, { scheduler: systemScheduler }).open();
    await database.mastership.claim(() => Promise.resolve(claimOf(FIRST)));
  });
  afterEach(async () => {
    await requireStandby("");
    await database.close();
    await proxy.close();
  });

  it("is found to be made when it lands after the connection was lost", async () => {
    await requireStandby("nobody");
    const write = database.fenced(FIRST, "late", () => Promise.resolve("answer"));
    await someone(WAITS_FOR_STANDBY);
    proxy.breakAll(); // The server does not notice: the commit waits on, and nobody sees it yet.
    await someone(WAITS_FOR_A_LOCK);
    assert.equal(await countOf("late"), 0);
    await requireStandby("");
    assert.equal(await write, "answer");
    assert.equal(await countOf("late"), 1);
  });

  it("is found to be made when its connection was ended", async () => {
    await requireStandby("nobody");
    const write = database.fenced(FIRST, "ended", () => Promise.resolve("answer"));
    await someone(WAITS_FOR_STANDBY, "pg_terminate_backend(pid)");
    await requireStandby("");
    assert.equal(await write, "answer");
    assert.equal(await countOf("ended"), 1);
  });

  it("is found not to be made when it never came to the server", async () => {
    const write = database.fenced(FIRST, "lost", async ({ system }) => {
      await system.find();
      proxy.freeze();
      setImmediate(() => {
        setImmediate(() => {
          proxy.breakAll();
        });
      });
    });
    await rejectsWith(write, "database-unavailable");
    assert.equal(await countOf("lost"), 0);
  });

  it("is not taken for durable by the repetition of a request that finds it", async () => {
    await requireStandby("nobody");
    const row = makeIdempotencyRow({ key: "repeated" });
    const first = database.write(({ idempotency }) => idempotency.add(row));
    const unknown = rejectsWith(first, "outcome-unknown");
    await someone(WAITS_FOR_STANDBY, "pg_cancel_backend(pid)");
    await unknown;
    const again = database.write(({ idempotency }) => idempotency.findAndLock(row.caller, row.key));
    await someone(WAITS_FOR_STANDBY);
    await requireStandby("");
    assert.deepEqual(await again, row);
  });

  async function requireStandby(names: string): Promise<void> {
    await onServer(server, async (sql) => {
      await sql.unsafe(`alter system set synchronous_standby_names = '${names}'`);
      await sql`select pg_reload_conf()`;
      for (;;) {
        const [row] = await sql<{ value: string }[]>`
          select current_setting('synchronous_standby_names') as value`;
        if (row?.value === names) {
          return;
        }
        await pause(systemScheduler, LOOK_MS);
      }
    });
  }

  /** Waits until the server has a process that waits so, and does the act with it. */
  async function someone(waiting: string, act = "pid"): Promise<void> {
    await onServer(server, async (sql) => {
      for (;;) {
        const rows = await sql.unsafe(`select ${act} from pg_stat_activity where ${waiting}`);
        if (rows.length > 0) {
          return;
        }
        await pause(systemScheduler, LOOK_MS);
      }
    });
  }

  async function countOf(act: string): Promise<number> {
    const rows = await onServer(
      server,
      (sql) => sql`select 1 from fenced_write where act = ${act}`,
    );
    return rows.length;
  }
});
