import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { requirement } from "../../../../tools/requirement.ts";
import { onServer, PostgresPair } from "../../../../tools/test-postgres-pair.ts";
import { isCoded } from "../../src/base/coded-error.ts";
import type { SsoDatabase } from "../../src/domain/store/sso-database.ts";
import { pause, systemScheduler } from "../../src/platform/scheduler.ts";
import { claimOf, FIRST, foundSystem } from "../../src/storage/contract/fixtures.ts";
import { postgresLocation } from "../../src/storage/postgres/postgres-location.ts";

const WRITERS = 4;
const RETRY_MS = 20;
const BEFORE = 40;
const AFTER = 40;

describe("a PostgreSQL that fails over", { skip: requirement("postgres") }, () => {
  let pair: PostgresPair;
  let database: SsoDatabase;
  const acknowledged = new Set<string>();
  let count = 0;

  before(async () => {
    pair = await PostgresPair.start();
    const location = postgresLocation(`${pair.url}?target_session_attrs=read-write`, {
      scheduler: systemScheduler,
    });
    await location.create(foundSystem);
    database = await location.open();
    await database.mastership.claim(() => Promise.resolve(claimOf(FIRST)));
  });
  after(async () => {
    await database.close();
    await pair.stop();
  });

  /** Fenced writes, one after the other, until `isOver`; only a failure that may be is passed over. */
  async function write(isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      count += 1;
      const act = `act ${String(count)}`;
      try {
        await database.fenced(FIRST, act, () => Promise.resolve());
        acknowledged.add(act);
      } catch (error) {
        assert.ok(isCoded(error, "database-unavailable", "outcome-unknown"), String(error));
        await pause(systemScheduler, RETRY_MS);
      }
    }
  }

  async function until(holds: () => boolean): Promise<void> {
    while (!holds()) {
      await pause(systemScheduler, RETRY_MS);
    }
  }

  it("says that a synchronous standby keeps what was acknowledged", async () => {
    assert.deepEqual(await database.durability(), { keepsCommits: true });
    await pair.requireStandby(false);
    assert.equal((await database.durability()).keepsCommits, false);
    await pair.requireStandby(true);
  });

  it("loses nothing that was acknowledged, and writes on the new primary", async (test) => {
    const phase = { isOver: false };
    const writers = Array.from({ length: WRITERS }, () => write(() => phase.isOver));
    await until(() => acknowledged.size >= BEFORE);
    const killedAt = performance.now();
    await pair.primary.kill9();
    const before = acknowledged.size;
    await pair.promote();
    await until(() => acknowledged.size > before);
    test.diagnostic(`first write ${(performance.now() - killedAt).toFixed(0)} ms after the kill`);
    await until(() => acknowledged.size >= before + AFTER);
    phase.isOver = true;
    await Promise.all(writers);
    const acts = await actsOn();
    assert.deepEqual(
      [...acknowledged].filter((act) => !acts.has(act)),
      [],
    );
  });

  it("writes nothing to the old primary when that comes back", async () => {
    await pair.primary.restart();
    const before = await lastPosition();
    // Connects anew, to the first in the list that may be written to.
    await using again = await openedAgain();
    await again.database.fenced(FIRST, "after the return", () => Promise.resolve());
    await database.fenced(FIRST, "of the old connection", () => Promise.resolve());
    assert.ok((await actsOn()).has("after the return"));
    assert.equal(await lastPosition(), before);
  });

  it("writes nothing to the old primary while the new one cannot be reached", async () => {
    await pair.standby.kill9();
    const before = await lastPosition();
    const writing = database.fenced(FIRST, "nowhere", () => Promise.resolve());
    await assert.rejects(writing, (error) => isCoded(error, "database-unavailable"));
    const reading = database.read(({ system }) => system.find());
    await assert.rejects(reading, (error) => isCoded(error, "database-unavailable"));
    assert.equal(await lastPosition(), before);
    await pair.standby.restart();
    await database.fenced(FIRST, "there again", () => Promise.resolve());
    assert.ok((await actsOn()).has("there again"));
  });

  async function openedAgain(): Promise<AsyncDisposable & { readonly database: SsoDatabase }> {
    const opened = await postgresLocation(pair.url, { scheduler: systemScheduler }).open();
    return { database: opened, [Symbol.asyncDispose]: () => opened.close() };
  }

  async function actsOn(): Promise<ReadonlySet<string>> {
    const rows = await onServer(
      pair.standby,
      (sql) => sql<{ act: string }[]>`select act from fenced_write`,
    );
    return new Set(rows.map(({ act }) => act));
  }

  /** How many history rows the old primary has; a row that waits for its standby is one as well. */
  async function lastPosition(): Promise<string> {
    return onServer(pair.primary, async (sql) => {
      const [row] = await sql<{ value: string }[]>`
        select last_value::text as value from fenced_write_serial_seq`;
      return row?.value ?? "";
    });
  }
});
