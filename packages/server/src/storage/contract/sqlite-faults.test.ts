import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { isCoded } from "../../base/coded-error.ts";
import type { SsoDatabaseLocation } from "../../domain/store/sso-database.ts";
import { ManualClock } from "../../platform/clock.ts";
import { systemRandom } from "../../platform/random.ts";
import { type Scheduler, systemScheduler } from "../../platform/scheduler.ts";
import { sqliteLocation } from "../sqlite/sqlite-location.ts";
import { acquireLock } from "../sqlite/state-directory-lock.ts";
import { rejectsWith } from "./expectations.ts";
import { FIRST_PAGE, foundSystem, makeAuditEntry } from "./fixtures.ts";
import { testFiles } from "./test-files.ts";

describe("SQLite under faults", () => {
  let directory: string;
  let path: string;
  let clock: ManualClock;
  let location: SsoDatabaseLocation;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "chatelaine-sqlite-"));
    path = join(directory, "sso.db");
    clock = new ManualClock();
    location = sqliteLocation(path, {
      clock,
      scheduler: skippingScheduler(clock),
      random: systemRandom,
      files: testFiles,
    });
  });
  afterEach(() => rm(directory, { recursive: true }));

  it("keeps the database and its log from other users", async () => {
    await location.create(foundSystem);
    await using database = closing(await location.open());
    await database.write(({ audit }) => audit.record(makeAuditEntry()));
    for (const suffix of ["", "-wal", "-shm"]) {
      assert.equal((await stat(path + suffix)).mode & 0o777, 0o600, suffix);
    }
  });

  it("leaves no file when the founding throws", async () => {
    await assert.rejects(location.create(() => Promise.reject(new TypeError())));
    assert.equal(await testFiles.exists(path), false);
    assert.equal(await testFiles.exists(`${path}-wal`), false);
  });

  it("leaves a file that is no database as it was", async () => {
    const text = "This file was here first. ".repeat(100);
    await writeFile(path, text);
    await rejectsWith(location.open(), "schema-unknown");
    await rejectsWith(location.create(foundSystem), "schema-unknown");
    assert.equal(await testFiles.readText(path), text);
  });

  it("refuses a write after two seconds behind another process, and names it", async () => {
    await location.create(foundSystem);
    await using database = closing(await location.open());
    const startedAt = clock.monotonic();
    await whileHeld(path, "begin immediate", (holderPid) =>
      assert.rejects(
        database.write(({ audit }) => audit.record(makeAuditEntry())),
        (error) => {
          assert.ok(isCoded(error, "database-locked"));
          if (process.platform === "linux") {
            assert.match(error.detail ?? "", new RegExp(`Process ${holderPid} `));
          }
          return true;
        },
      ),
    );
    const waitedMs = clock.monotonic() - startedAt;
    assert.ok(waitedMs >= 2000 && waitedMs < 2100, `waited ${waitedMs} ms`);
  });

  it("refuses a whole queue of writes in the time of one", async () => {
    await location.create(foundSystem);
    await using database = closing(await location.open());
    const startedAt = clock.monotonic();
    await whileHeld(path, "begin immediate", async () => {
      const writes = Array.from({ length: 20 }, () => database.write(() => Promise.resolve()));
      await Promise.all(writes.map((write) => rejectsWith(write, "database-locked")));
    });
    assert.ok(clock.monotonic() - startedAt < 2100);
  });

  it("reads while another process writes", async () => {
    await location.create(foundSystem);
    await using database = closing(await location.open());
    await whileHeld(path, "begin immediate", async () => {
      assert.ok(await database.read(({ system }) => system.find()));
    });
  });

  it("writes when the other process was killed in its transaction", async () => {
    await location.create(foundSystem);
    await using database = closing(await location.open());
    await whileHeld(path, "begin immediate; delete from node", () => Promise.resolve());
    await database.write(({ audit }) => audit.record(makeAuditEntry()));
    assert.equal((await database.read(({ nodes }) => nodes.list())).length, 1);
  });

  it("does a transaction without a turn of the event loop", async () => {
    await location.create(foundSystem);
    await using database = closing(await location.open());
    let turns = 0;
    // eslint-disable-next-line house/timers -- Nothing else tells that the event loop has turned.
    const counting = setImmediate(() => (turns += 1));
    await database.write(async ({ audit, nodes }) => {
      await audit.record(makeAuditEntry());
      await nodes.list();
      await audit.list(FIRST_PAGE);
    });
    clearImmediate(counting);
    assert.equal(turns, 0);
  });

  it("leaves the file alone between bursts of writes", async () => {
    await location.create(foundSystem);
    await using database = closing(await location.open());
    const delays: number[] = [];
    const watched = sqliteLocation(path, {
      clock,
      scheduler: skippingScheduler(clock, delays),
      random: systemRandom,
      files: testFiles,
    });
    await using second = closing(await watched.open());
    for (let writes = 0; writes < 25; writes++) {
      await second.write(() => {
        clock.advance(1); // Each write takes a millisecond.
        return Promise.resolve();
      });
    }
    assert.deepEqual(delays, [2, 2]);
    await database.write(() => Promise.resolve());
  });
});

describe("lock of the state directory", () => {
  let directory: string;
  let path: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "chatelaine-lock-"));
    path = join(directory, "lock");
  });
  afterEach(() => rm(directory, { recursive: true }));

  it("is held once", async () => {
    const lock = await acquireLock(path, testFiles);
    assert.ok(lock);
    assert.equal(await acquireLock(path, testFiles), undefined);
    lock.release();
    (await acquireLock(path, testFiles))?.release();
  });

  it("is refused while another process holds it, whatever becomes of that process after", async () => {
    await testFiles.createPrivate(path);
    await whileHeld(path, "begin exclusive", async () => {
      assert.equal(await acquireLock(path, testFiles), undefined);
    });
    const lock = await acquireLock(path, testFiles);
    assert.ok(lock, "the process was killed");
    lock.release();
  });

  it("lies in a file that others cannot open", async () => {
    const lock = await acquireLock(path, testFiles);
    assert.equal((await stat(path)).mode & 0o777, 0o600);
    lock?.release();
  });
});

/** Time that passes only by waiting, and then faster than on a clock. */
function skippingScheduler(clock: ManualClock, delays: number[] = []): Scheduler {
  return {
    after: (delayMs, run) => {
      delays.push(delayMs);
      return systemScheduler.after(0, () => {
        clock.advance(delayMs);
        run();
      });
    },
  };
}

function closing<T extends { close(): Promise<void> }>(resource: T): T & AsyncDisposable {
  return Object.assign(resource, { [Symbol.asyncDispose]: () => resource.close() });
}

/** Acts while another process keeps a transaction open in which it ran the statements; kills it. */
async function whileHeld(
  path: string,
  statements: string,
  act: (holderPid: number) => Promise<void>,
): Promise<void> {
  const source = `
    const { DatabaseSync } = require("node:sqlite");
    const database = new DatabaseSync(${JSON.stringify(path)});
    database.exec(${JSON.stringify(statements)});
    process.stdout.write("held");
    process.stdin.on("data", () => database.close());
  `;
  const child = spawn(process.execPath, ["-e", source], { stdio: ["pipe", "pipe", "inherit"] });
  try {
    await once(child.stdout, "data");
    await act(child.pid ?? 0);
  } finally {
    child.kill("SIGKILL");
    await once(child, "exit");
  }
}
