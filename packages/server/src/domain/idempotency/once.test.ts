import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { Keyring, parseSystemId, SecretBytes, text } from "@chatelaine/crypto";
import { isCoded } from "../../base/coded-error.ts";
import { ManualClock } from "../../platform/clock.ts";
import { localAdministrator } from "../access/caller.ts";
import type { IdempotencyRow, IdempotencyStore } from "./idempotency-store.ts";
import { once, type OnceStores } from "./once.ts";

const DAY_MS = 86_400_000;
const SYSTEM = parseSystemId("aaaaaaaaaaaaaaaaaaaaaaaaaa");
const CALLER = localAdministrator("socket", "req_1");
const OTHER = { ...CALLER, name: "token:other" };

function ringOf(fill: number): Keyring {
  const secret = SecretBytes.take(new Uint8Array(32).fill(fill));
  return Keyring.of(SYSTEM, [{ number: 1, state: "primary", secret }]);
}

/** Rows that a transaction keeps only if it ends well. */
class MemoryDatabase {
  rows: IdempotencyRow[] = [];
  /** What another transaction commits after the next look for a key. */
  meanwhile: IdempotencyRow | undefined;

  async write<T>(run: (stores: OnceStores) => Promise<T>): Promise<T> {
    const added: IdempotencyRow[] = [];
    const answer = await run({ idempotency: this.#store(added) });
    this.rows.push(...added);
    return answer;
  }

  #store(added: IdempotencyRow[]): IdempotencyStore {
    const find = (caller: string, key: string): IdempotencyRow | undefined =>
      this.rows.find((row) => row.caller === caller && row.key === key);
    return {
      find: async (caller, key) => find(caller, key),
      findAndLock: async (caller, key) => {
        const found = find(caller, key);
        if (this.meanwhile !== undefined) {
          this.rows.push(this.meanwhile);
          this.meanwhile = undefined;
        }
        return found;
      },
      add: async (row) => {
        const isNew = find(row.caller, row.key) === undefined;
        if (isNew) {
          added.push(row);
        }
        return isNew;
      },
      prune: async (beforeMs) => {
        this.rows = this.rows.filter(({ createdAtMs }) => createdAtMs >= beforeMs);
      },
    };
  }
}

describe("a write that its caller may send again", () => {
  const clock = new ManualClock();
  const ring = ringOf(1);
  let database: MemoryDatabase;
  let runs: number;

  beforeEach(() => {
    database = new MemoryDatabase();
    runs = 0;
  });

  function send(key: string | undefined, request = "set a", caller = CALLER): Promise<number> {
    const repeatable = key === undefined ? undefined : { key, request: text(request) };
    return once({ database, ring, clock }, caller, repeatable, async () => {
      runs += 1;
      return runs;
    });
  }

  async function codeOf(sending: Promise<unknown>): Promise<string> {
    return sending.then(
      () => "done",
      (error: unknown) => (isCoded(error) ? error.code : "broken"),
    );
  }

  it("is done each time when it has no key", async () => {
    assert.deepEqual([await send(undefined), await send(undefined)], [1, 2]);
    assert.deepEqual(database.rows, []);
  });

  it("is done once for its key, and answered alike", async () => {
    assert.deepEqual([await send("k"), await send("k"), runs], [1, 1, 1]);
  });

  it("is another one under another key, and another caller's", async () => {
    assert.deepEqual(
      [await send("k"), await send("l"), await send("k", "set a", OTHER)],
      [1, 2, 3],
    );
  });

  it("is refused when the key was used for another request", async () => {
    await send("k");
    assert.equal(await codeOf(send("k", "set b")), "idempotency-key-reused");
    assert.equal(runs, 1);
  });

  it("leaves nothing behind when it fails, so that it can be sent again", async () => {
    const failing = once(
      { database, ring, clock },
      CALLER,
      { key: "k", request: text("set a") },
      () => Promise.reject(new TypeError("not done")),
    );
    await assert.rejects(failing, TypeError);
    assert.equal(await send("k"), 1);
  });

  it("gets the answer of the one that came first when two arrive together", async () => {
    await send("k");
    const [first] = database.rows.splice(0);
    database.meanwhile = first;
    assert.equal(await send("k"), 1);
    assert.equal(database.rows.length, 1);
  });

  it("is refused when another request took the key meanwhile", async () => {
    await send("k", "set b");
    const [first] = database.rows.splice(0);
    database.meanwhile = first;
    assert.equal(await codeOf(send("k", "set a")), "idempotency-key-reused");
  });

  it("gets no answer that somebody else has put there", async () => {
    await send("k");
    const [row] = database.rows;
    assert.ok(row);
    const forged: readonly Partial<IdempotencyRow>[] = [
      { answer: "2" },
      { requestHash: new Uint8Array(36) },
      { requestHash: new Uint8Array() },
    ];
    for (const change of forged) {
      database.rows = [{ ...row, ...change }];
      assert.equal(await codeOf(send("k")), "idempotency-key-reused");
    }
  });

  it("gets no answer that was made under another master secret", async () => {
    await send("k");
    const strangers = once(
      { database, ring: ringOf(2), clock },
      CALLER,
      { key: "k", request: text("set a") },
      () => Promise.resolve(9),
    );
    assert.equal(await codeOf(strangers), "idempotency-key-reused");
  });

  it("is forgotten after a day", async () => {
    await send("k");
    clock.advance(DAY_MS + 1);
    await send("l");
    assert.equal(database.rows.length, 1);
    assert.ok(database.rows.every(({ createdAtMs }) => createdAtMs === clock.wallTime()));
  });

  it("keeps of its request no more than a keyed hash", async () => {
    await send("k", "the password is hunter2");
    const [row] = database.rows;
    assert.ok(row);
    assert.doesNotMatch(JSON.stringify(row), /hunter2/);
    assert.equal(row.requestHash.length, 36);
  });
});
