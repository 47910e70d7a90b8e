import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import postgres from "postgres";
import { startPostgres, type TestPostgres } from "../../../../../tools/test-postgres.ts";
import type { SsoDatabase } from "../../domain/store/sso-database.ts";
import { systemScheduler } from "../../platform/scheduler.ts";
import { postgresLocation } from "../postgres/postgres-location.ts";
import { rejectsWith } from "./expectations.ts";
import { claimOf, FIRST, foundSystem, makeAuditEntry, SECOND } from "./fixtures.ts";

/** These tests kill and reconfigure the server, so it is one of their own. */
describe("PostgreSQL under faults", () => {
  let server: TestPostgres;
  let database: SsoDatabase;

  before(async () => {
    // Commits wait for a standby that never comes, but only in sessions that ask for it.
    server = await startPostgres({
      settings: { synchronous_standby_names: "nobody", synchronous_commit: "local" },
    });
    const location = postgresLocation(server.url, { scheduler: systemScheduler });
    await location.create(foundSystem);
    database = await location.open();
    await database.mastership.claim(() => Promise.resolve(claimOf(FIRST)));
  });
  after(async () => {
    await database.close();
    await server.stop();
  });

  it("runs no statement outside a transaction whose connection was lost", async () => {
    const before = await auditCount();
    const write = database.write(async ({ audit }) => {
      await audit.record(makeAuditEntry());
      await endSessions("idle in transaction");
      // A failure the caller swallows must not let the next statement through either.
      await audit.record(makeAuditEntry()).catch(() => undefined);
      await audit.record(makeAuditEntry()).catch(() => undefined);
    });
    await rejectsWith(write, "database-unavailable");
    assert.equal(await auditCount(), before);
  });

  it("writes again after a connection was lost", async () => {
    await assert.rejects(database.write(() => endSessions("idle in transaction")));
    await database.write(({ audit }) => audit.record(makeAuditEntry()));
  });

  it("connects anew when the server restarted while nobody used it", async () => {
    await server.restart();
    await database.write(({ audit }) => audit.record(makeAuditEntry()));
    assert.equal(await database.mastership.renew(FIRST, 60_000), true);
  });

  it("keeps nothing of a write whose server was killed before the commit", async () => {
    const before = await auditCount();
    const write = database.write(async ({ audit }) => {
      await audit.record(makeAuditEntry());
      await server.kill9();
    });
    // Which of the two depends on whether the loss was noticed before the commit was sent.
    await rejectsWith(write, "database-unavailable", "outcome-unknown");
    await rejectsWith(
      database.read(({ system }) => system.find()),
      "database-unavailable",
    );
    await server.restart();
    assert.equal(await auditCount(), before);
  });

  it("calls the outcome unknown when the connection is lost in the commit", async () => {
    await using waiting = await openWith(`${server.url}?synchronous_commit=on`);
    const write = waiting.database.write(({ audit }) => audit.record(makeAuditEntry()));
    const unknown = rejectsWith(write, "outcome-unknown");
    await forTheCommitThatWaits("pg_terminate_backend");
    await unknown;
  });

  it("calls the outcome unknown when a commit no longer waits for its standby", async () => {
    await using waiting = await openWith(`${server.url}?synchronous_commit=on`);
    const write = waiting.database.fenced(FIRST, "act", () => Promise.resolve());
    const progress = { hasEnded: false };
    const unknown = rejectsWith(write, "outcome-unknown").finally(() => {
      progress.hasEnded = true;
    });
    // What would settle it waits for the standby itself: what it has found may be lost as well.
    while (!progress.hasEnded) {
      await endThoseThatWait("pg_cancel_backend");
    }
    await unknown;
  });

  it("lets a claim through when a fenced write stops in its transaction", async () => {
    await using other = await openWith(server.url);
    const entered = Promise.withResolvers<undefined>();
    const frozen = Promise.withResolvers<undefined>();
    const write = database.fenced(FIRST, "frozen", () => {
      entered.resolve(undefined);
      return frozen.promise;
    });
    await entered.promise;
    // The server ends the transaction after two seconds; the claim waits for longer than that.
    await other.database.mastership.claim(() => Promise.resolve(claimOf(SECOND)));
    frozen.resolve(undefined);
    await rejectsWith(write, "database-unavailable");
    const acts = (await other.database.mastership.history(0n, 100)).map(({ act }) => act);
    assert.ok(!acts.includes("frozen"));
  });

  it("says when a failover may lose commits", async () => {
    await using pair = await openWith(hostsOf(server.url, "127.0.0.1:1"));
    assert.equal((await pair.database.durability()).keepsCommits, false);
  });

  it("finds the writable server among several hosts", async () => {
    await using pair = await openWith(hostsOf("127.0.0.1:1", server.url));
    assert.ok(await pair.database.read(({ system }) => system.find()));
  });

  it("is unavailable when no host answers", async () => {
    const url = "postgres://nobody@127.0.0.1:1,127.0.0.1:2/none";
    const location = postgresLocation(url, { scheduler: systemScheduler });
    await rejectsWith(location.open(), "database-unavailable");
  });

  it("refuses a server that is read-only", async () => {
    await asSuperuser("alter database postgres set default_transaction_read_only = on");
    try {
      const location = postgresLocation(server.url, { scheduler: systemScheduler });
      await rejectsWith(location.open(), "database-unavailable");
    } finally {
      await asSuperuser(
        "begin read write; alter database postgres reset default_transaction_read_only; commit",
      );
    }
  });

  it("shows neither user nor password", () => {
    const { display } = postgresLocation(server.url, { scheduler: systemScheduler });
    assert.match(display, /^postgres:\/\/127\.0\.0\.1:\d+\/postgres$/);
  });

  async function auditCount(): Promise<number> {
    return (await database.read(({ audit }) => audit.list({ after: 0n, limit: 1000 }))).length;
  }

  async function endSessions(state: string): Promise<void> {
    await asSuperuser(
      `select pg_terminate_backend(pid) from pg_stat_activity where state = '${state}'`,
    );
  }

  async function forTheCommitThatWaits(act: string): Promise<void> {
    while ((await endThoseThatWait(act)) === 0) {
      // It is on its way.
    }
  }

  async function endThoseThatWait(act: string): Promise<number> {
    const rows = await asSuperuser(
      `select ${act}(pid) from pg_stat_activity where wait_event = 'SyncRep'`,
    );
    return rows.length;
  }

  async function asSuperuser(statements: string): Promise<readonly unknown[]> {
    const sql = postgres(server.url, { max: 1, onnotice: () => undefined });
    try {
      return await sql.unsafe(statements);
    } finally {
      await sql.end();
    }
  }
});

/** The URL of the server, with these hosts; a URL stands for its own host. */
function hostsOf(...hosts: readonly string[]): string {
  const own = hosts.find((host) => host.startsWith("postgres:"));
  const url = new URL(own ?? "");
  const names = hosts.map((host) => (host === own ? url.host : host));
  return `postgres://${url.username}:${url.password}@${names.join(",")}${url.pathname}`;
}

async function openWith(
  url: string,
): Promise<AsyncDisposable & { readonly database: SsoDatabase }> {
  const database = await postgresLocation(url, { scheduler: systemScheduler }).open();
  return { database, [Symbol.asyncDispose]: () => database.close() };
}
