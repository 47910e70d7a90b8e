import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import type { ErrorCode } from "@chatelaine/protocol";
import { CodedError, isCoded } from "../base/coded-error.ts";
import type { SsoDatabase } from "../domain/store/sso-database.ts";
import type { Scheduler } from "../platform/scheduler.ts";
import { GuardedDatabase } from "./guarded-database.ts";

/** A database that answers when the test says so. */
class HeldDatabase {
  readonly asked: PromiseWithResolvers<string>[] = [];
  readonly pings: PromiseWithResolvers<undefined>[] = [];
  begun: (() => Promise<unknown>) | undefined;

  readonly read = (): Promise<never> => this.#ask();
  readonly write = (run: (stores: never) => Promise<unknown>): Promise<never> => {
    this.begun = () => run(undefined as never);
    return this.#ask();
  };
  readonly mastership = { renew: (): Promise<never> => this.#ask() };
  readonly ping = (): Promise<void> => {
    const asked = Promise.withResolvers<undefined>();
    this.pings.push(asked);
    return asked.promise;
  };

  #ask(): Promise<never> {
    const asked = Promise.withResolvers<string>();
    this.asked.push(asked);
    return asked.promise as Promise<never>;
  }
}

describe("the database behind its guard", () => {
  let held: HeldDatabase;
  let told: string[];
  let timers: { run: () => void; delayMs: number; isCancelled: boolean }[];
  let database: GuardedDatabase;

  const scheduler: Scheduler = {
    after: (delayMs, run) => {
      const timer = { run, delayMs, isCancelled: false };
      timers.push(timer);
      return () => {
        timer.isCancelled = true;
      };
    },
  };

  beforeEach(() => {
    held = new HeldDatabase();
    told = [];
    timers = [];
    database = new GuardedDatabase({
      database: held as unknown as SsoDatabase,
      scheduler,
      random: { bytes: (length) => new Uint8Array(length) },
      observer: { lost: () => told.push("lost"), back: () => told.push("back") },
    });
  });

  const read = (): Promise<string> => database.read(() => Promise.resolve("read"));
  const write = (): Promise<string> => database.write(() => Promise.resolve("written"));

  async function fails(work: Promise<unknown>, code: ErrorCode): Promise<void> {
    await assert.rejects(work, (error) => isCoded(error, code));
  }

  async function settle(): Promise<void> {
    for (let turn = 0; turn < 20; turn += 1) {
      await Promise.resolve();
    }
  }

  /** A request fails, and so does the probe that follows. */
  async function goAway(): Promise<void> {
    const failed = read();
    held.asked.at(-1)?.reject(new CodedError("database-unavailable"));
    await fails(failed, "database-unavailable");
    held.pings.at(-1)?.reject(new CodedError("database-unavailable"));
    await settle();
  }

  async function passWait(): Promise<void> {
    timers.findLast(({ isCancelled }) => !isCancelled)?.run();
    await settle();
  }

  it("refuses at once what comes while it is away, and asks nothing but one probe", async () => {
    await goAway();
    const asked = held.asked.length;
    await fails(read(), "database-unavailable");
    await fails(write(), "database-unavailable");
    const id = { epoch: 1n, claimId: new Uint8Array(16) };
    await fails(database.mastership.renew(id, 1), "database-unavailable");
    await fails(database.durability(), "database-unavailable");
    assert.equal(held.asked.length, asked);
    assert.equal(held.pings.length, 1);
    assert.deepEqual([told, database.isReachable], [["lost"], false]);
  });

  it("is used again when a probe succeeds", async () => {
    await goAway();
    await passWait();
    held.pings.at(-1)?.resolve(undefined);
    await settle();
    const again = read();
    held.asked.at(-1)?.resolve("read");
    assert.equal(await again, "read");
    assert.deepEqual(told, ["lost", "back"]);
  });

  it("is away when the probe is not answered in time", async () => {
    const failed = read();
    held.asked.at(-1)?.reject(new CodedError("database-unavailable"));
    await fails(failed, "database-unavailable");
    await passWait();
    assert.equal(database.isReachable, false);
  });

  it("stays in use after a failure that the probe does not confirm", async () => {
    const failed = read();
    held.asked.at(-1)?.reject(new CodedError("database-unavailable"));
    await fails(failed, "database-unavailable");
    held.pings.at(-1)?.reject(new CodedError("database-locked"));
    await settle();
    assert.deepEqual([told, database.isReachable], [[], true]);
  });

  it("is not suspected for what it answers", async () => {
    const refused = read();
    held.asked.at(-1)?.reject(new CodedError("row-not-authentic"));
    await fails(refused, "row-not-authentic");
    assert.equal(held.pings.length, 0);
  });

  it("lets a read that is under way wait no longer than until it is found to be away", async () => {
    const waiting = read();
    await goAway();
    await fails(waiting, "database-unavailable");
  });

  it("never begins a write whose caller was told that nothing was done", async () => {
    const waiting = write();
    const { begun } = held;
    await goAway();
    await fails(waiting, "database-unavailable");
    await assert.rejects(async () => begun?.());
  });

  it("calls the outcome of a write unknown that had begun", async () => {
    const waiting = write();
    await held.begun?.();
    await goAway();
    await fails(waiting, "outcome-unknown");
  });

  it("looks for it no more once it is closed", async () => {
    await goAway();
    database.abandon();
    assert.ok(timers.every(({ isCancelled, delayMs }) => isCancelled || delayMs === 2000));
  });
});
