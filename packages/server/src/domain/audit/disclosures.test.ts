import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseNodeId, type RandomSource } from "@chatelaine/crypto";
import { ManualClock } from "../../platform/clock.ts";
import { NODE_ITSELF } from "../access/caller.ts";
import type { AuditEntry, AuditStore } from "./audit-store.ts";
import { Auditor } from "./auditor.ts";
import { GroupedDisclosures } from "./disclosures.ts";

const BATCH_MAX = 500;
const random: RandomSource = { bytes: (length) => new Uint8Array(length) };
const auditor = new Auditor(new ManualClock(), parseNodeId("nod_aaaaaaaaaaaaaaaa"));

function entries(...identifiers: readonly string[]): readonly AuditEntry[] {
  return identifiers.map((identifier) =>
    auditor.entry(NODE_ITSELF, "config.reveal", { identifier }),
  );
}

interface Commit {
  readonly identifiers: readonly string[];
  readonly succeed: () => void;
  readonly fail: (error: unknown) => void;
}

/** A database whose commits the test ends by hand. */
class HeldDatabase {
  readonly commits: Commit[] = [];

  async write<T>(run: (stores: { readonly audit: AuditStore }) => Promise<T>): Promise<T> {
    const recorded: string[] = [];
    const audit: AuditStore = {
      list: () => Promise.resolve([]),
      record: () => Promise.reject(new TypeError("not in a group")),
      recordGroup: async (group) => {
        recorded.push(...group.entries.map(({ about }) => about["identifier"] ?? ""));
      },
    };
    const result = await run({ audit });
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    const succeed = (): void => {
      resolve(undefined);
    };
    this.commits.push({ identifiers: recorded, succeed, fail: reject });
    await promise;
    return result;
  }

  /** The commit of that number, from 0, once it has been asked for. */
  async commit(number: number): Promise<Commit> {
    for (let turn = 0; turn < 100; turn += 1) {
      const commit = this.commits[number];
      if (commit !== undefined) {
        return commit;
      }
      await Promise.resolve();
    }
    throw new TypeError(`commit ${number} was not asked for`);
  }
}

describe("disclosures", () => {
  it("are answered after they were committed, and not before", async () => {
    const database = new HeldDatabase();
    let isAnswered = false;
    const answered = new GroupedDisclosures({ database, random }).record(entries("a")).then(() => {
      isAnswered = true;
    });
    const commit = await database.commit(0);
    assert.deepEqual([commit.identifiers, isAnswered], [["a"], false]);
    commit.succeed();
    await answered;
    assert.equal(isAnswered, true);
  });

  it("that come while one commits share the next transaction, in their order", async () => {
    const database = new HeldDatabase();
    const disclosures = new GroupedDisclosures({ database, random });
    const answers = [["a"], ["b", "c"], ["d"]].map((some) => disclosures.record(entries(...some)));
    (await database.commit(0)).succeed();
    (await database.commit(1)).succeed();
    await Promise.all(answers);
    assert.deepEqual(
      database.commits.map(({ identifiers }) => identifiers),
      [["a"], ["b", "c", "d"]],
    );
  });

  it("fail together with their transaction, and not with the next", async () => {
    const database = new HeldDatabase();
    const disclosures = new GroupedDisclosures({ database, random });
    const first = disclosures.record(entries("a"));
    const [second, third] = ["b", "c"].map((one) => disclosures.record(entries(one)));
    (await database.commit(0)).succeed();
    await first;
    const failing = await database.commit(1);
    const late = disclosures.record(entries("d"));
    failing.fail(new TypeError("the disk is full"));
    await assert.rejects(second ?? first, /the disk is full/);
    await assert.rejects(third ?? first, /the disk is full/);
    (await database.commit(2)).succeed();
    await late;
    assert.equal(database.commits.length, 3);
  });

  it("are committed in transactions of a bounded size", async () => {
    const database = new HeldDatabase();
    const disclosures = new GroupedDisclosures({ database, random });
    const many = Array.from({ length: 300 }, (_, index) => String(index));
    const answers = [["first"], many, many, many].map((some) =>
      disclosures.record(entries(...some)),
    );
    for (const number of [0, 1, 2, 3]) {
      (await database.commit(number)).succeed();
    }
    await Promise.all(answers);
    assert.ok(database.commits.every(({ identifiers }) => identifiers.length <= BATCH_MAX));
  });

  it("of one request stay together, also if they are more than a transaction takes", async () => {
    const database = new HeldDatabase();
    const many = Array.from({ length: BATCH_MAX + 100 }, (_, index) => String(index));
    const answer = new GroupedDisclosures({ database, random }).record(entries(...many));
    (await database.commit(0)).succeed();
    await answer;
    assert.deepEqual(database.commits[0]?.identifiers, many);
  });

  it("of nothing need no transaction", async () => {
    const database = new HeldDatabase();
    await new GroupedDisclosures({ database, random }).record([]);
    assert.deepEqual(database.commits, []);
  });

  it("go on after a failure", async () => {
    const database = new HeldDatabase();
    const disclosures = new GroupedDisclosures({ database, random });
    const failed = disclosures.record(entries("a"));
    (await database.commit(0)).fail(new TypeError("lost"));
    await assert.rejects(failed, /lost/);
    const next = disclosures.record(entries("b"));
    (await database.commit(1)).succeed();
    await next;
  });
});
