import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import type { ApiTokenId } from "@chatelaine/crypto";
import { CodedError, isCoded } from "../../base/coded-error.ts";
import { ManualClock, type WallTimeMs } from "../../platform/clock.ts";
import type { ApplicationId } from "../application-id/application-id.ts";
import type { StoredApplication } from "../application/application.ts";
import type { SealedConfigItem } from "../config-item/config-item-store.ts";
import type { Unverified } from "../stamp/row-guard.ts";
import type { ApiToken } from "../token/api-token.ts";
import { CachedLookups } from "./cached-lookups.ts";
import type { LookupStores } from "./recording-stores.ts";

const APPLICATION = "app_aaaaaaaaaaaaaaaa" as ApplicationId;
const OTHER = "app_bbbbbbbbbbbbbbbb" as ApplicationId;
const TOKEN = "aaaaaaaaaaaaaaaa" as ApiTokenId;
const TIMEOUT_MS = 60_000;
const STAMP = new Uint8Array(36) as unknown as StoredApplication["stamp"];

function applicationOf(applicationId: ApplicationId, name: string): StoredApplication {
  const row = { applicationId, name, settings: "{}" } as StoredApplication["unverifiedRow"];
  const at = 0 as WallTimeMs;
  return { unverifiedRow: row, stamp: STAMP, createdAtMs: at, updatedAtMs: at };
}

function itemOf(identifier: string, counter = 1): SealedConfigItem {
  return {
    applicationId: APPLICATION,
    identifier,
    revision: new Uint8Array(16).fill(counter),
    sealed: new Uint8Array(100).fill(counter),
    writtenAtMs: 0 as WallTimeMs,
    writtenBy: "ada",
  };
}

const tokenRow = {
  unverifiedRow: { tokenId: TOKEN, name: "ci", createdBy: "ada", applications: [] },
  stamp: STAMP,
} as unknown as Unverified<ApiToken>;

describe("cached lookups", () => {
  let clock: ManualClock;
  let failure: CodedError | undefined;
  let applications: StoredApplication[];
  let items: SealedConfigItem[];
  let tokens: Unverified<ApiToken>[];
  let lookups: CachedLookups;

  const refuse = (): never => {
    throw new TypeError("not asked here");
  };
  const stores: LookupStores = {
    applications: {
      find: async (id) => applications.find((row) => row.unverifiedRow.applicationId === id),
      findByName: async (name) =>
        applications.find((row) => row.unverifiedRow.name.toLowerCase() === name.toLowerCase()),
    },
    configItems: {
      find: async (_id, identifier) => items.find((row) => row.identifier === identifier),
      findMany: async (_id, wanted) => items.filter((row) => wanted.includes(row.identifier)),
      list: refuse,
      history: refuse,
    },
    tokens: { find: async () => tokens[0], list: refuse },
  };

  beforeEach(() => {
    clock = new ManualClock();
    failure = undefined;
    applications = [applicationOf(APPLICATION, "Orders")];
    items = [itemOf("a"), itemOf("b")];
    tokens = [tokenRow];
    lookups = new CachedLookups({
      clock,
      limits: { entriesMax: 100, bytesMax: 1_000_000, timeoutMs: TIMEOUT_MS },
      database: {
        read: async (run) => {
          if (failure !== undefined) {
            throw failure;
          }
          return await run(stores);
        },
      },
    });
  });

  function goAway(code: "database-unavailable" | "database-locked" = "database-unavailable"): void {
    failure = new CodedError(code, { detail: "The database is away." });
  }

  async function look(...identifiers: readonly string[]) {
    return await lookups.read(async ({ applications: apps, configItems }) => {
      const application = await apps.findByName("orders");
      const found = await configItems.findMany(APPLICATION, identifiers);
      return { name: application?.unverifiedRow.name, found: found.map((row) => row.identifier) };
    });
  }

  async function keep(...identifiers: readonly string[]): Promise<void> {
    (await look(...identifiers)).keep("everything");
  }

  async function refused(...identifiers: readonly string[]): Promise<void> {
    await assert.rejects(look(...identifiers), (error) => isCoded(error, "database-unavailable"));
  }

  it("answer from the database while it answers, and say no age", async () => {
    await keep("a");
    items = [];
    const looked = await look("a");
    assert.deepEqual([looked.value.found, looked.ageMs], [[], undefined]);
  });

  for (const code of ["database-unavailable", "database-locked"] as const) {
    it(`answer from what they kept when the answer is ${code}, with the age of the oldest`, async () => {
      await keep("a");
      clock.advance(5000);
      await keep("b");
      goAway(code);
      clock.advance(1000);
      const looked = await look("a", "b");
      assert.deepEqual(looked.value, { name: "Orders", found: ["a", "b"] });
      assert.equal(looked.ageMs, 6000);
      assert.equal(lookups.figures.answered, 1);
    });
  }

  it("refuse a batch of which one is not kept, rather than say that it is not there", async () => {
    await keep("a");
    goAway();
    await refused("a", "b");
    await refused("c");
  });

  it("are no answer to any other failure", async () => {
    await keep("a");
    failure = new CodedError("row-not-authentic");
    await assert.rejects(look("a"), (error) => isCoded(error, "row-not-authentic"));
  });

  it("keep nothing of a read that was not found to be good", async () => {
    await look("a");
    goAway();
    await refused("a");
  });

  it("keep nothing for longer than its time", async () => {
    await keep("a");
    goAway();
    clock.advance(TIMEOUT_MS - 1);
    assert.deepEqual((await look("a")).value.found, ["a"]);
    clock.advance(1);
    await refused("a");
  });

  it("never keep a negative answer, and drop what the database says is gone", async () => {
    await keep("a");
    items = [];
    await look("a", "c");
    goAway();
    await refused("a");
    await refused("c");
  });

  it("drop an application by name and by id when the database says it is gone", async () => {
    await keep("a");
    await lookups.read(({ applications: apps }) => apps.find(APPLICATION));
    applications = [];
    await lookups.read(({ applications: apps }) => apps.find(APPLICATION));
    goAway();
    await refused("a");
  });

  it("do not give one application for another that has its name now", async () => {
    await keep("a");
    applications = [applicationOf(APPLICATION, "Renamed"), applicationOf(OTHER, "Orders")];
    const byId = await lookups.read(({ applications: apps }) => apps.find(APPLICATION));
    byId.keep("everything");
    goAway();
    await refused("a");
  });

  it("keep no sealed value of an application that does not allow it, nor one kept before", async () => {
    await keep("a", "b");
    (await look("a")).keep("no-values");
    lookups.written(itemOf("b"), false);
    goAway();
    await refused("a");
    await refused("b");
    assert.equal((await look()).value.name, "Orders");
  });

  it("keep what this node writes, and drop what it removes", async () => {
    await keep("a");
    lookups.written(itemOf("c", 7), true);
    lookups.removed(APPLICATION, "a");
    goAway();
    const { value } = await lookups.read(({ configItems }) => configItems.find(APPLICATION, "c"));
    assert.deepEqual(value, itemOf("c", 7));
    await refused("a");
  });

  it("drop a changed application and a revoked token", async () => {
    await keep("a");
    const looked = await lookups.read((all) => all.tokens.find(TOKEN));
    looked.keep("everything");
    lookups.applicationChanged(APPLICATION);
    goAway();
    await refused("a");
    assert.equal((await lookups.read((all) => all.tokens.find(TOKEN))).value, tokenRow);
    lookups.tokenRevoked(TOKEN);
    const again = lookups.read((all) => all.tokens.find(TOKEN));
    await assert.rejects(again, (error) => isCoded(error, "database-unavailable"));
  });

  it("say how many rows they forget", async () => {
    await keep("a", "b");
    assert.equal(lookups.purge(), 4, "an application, its name, and two items");
    goAway();
    await refused("a");
  });
});
