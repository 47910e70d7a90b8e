import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import { parseApiTokenId } from "@chatelaine/crypto";
import type { ApplicationId } from "../../domain/application-id/application-id.ts";
import type { SsoDatabase } from "../../domain/store/sso-database.ts";
import { rejectsAsDefect, rejectsWith } from "./expectations.ts";
import {
  APPLICATION_ID,
  AT_MS,
  filled,
  Fixture,
  makeIdempotencyRow,
  type MakePlace,
  makeToken,
} from "./fixtures.ts";

const LATER_MS = (AT_MS + 1) as typeof AT_MS;
const TOKEN_ID = makeToken().row.tokenId;

/** Promises of `ApiTokenStore` and `IdempotencyStore`. */
export function callersContract(name: string, makePlace: MakePlace): void {
  describe(`API tokens, ${name}`, () => {
    const fixture = new Fixture(makePlace);
    afterEach(() => fixture.end());

    it("are found by id, with their stamp", async () => {
      const [database] = await fixture.sessions(1);
      const applications = ["app_bbbbbbbbbbbbbbbb" as ApplicationId, APPLICATION_ID];
      const token = makeToken({ applications, mayReveal: true });
      await database.write(({ tokens }) => tokens.add(token));
      const found = await database.read(({ tokens }) => tokens.find(TOKEN_ID));
      assert.deepEqual(found, { unverifiedRow: token.row, stamp: token.stamp });
    });

    it("need no application", async () => {
      const [database] = await fixture.sessions(1);
      await database.write(({ tokens }) =>
        tokens.add(makeToken({ kind: "admin", applications: [] })),
      );
      const found = await database.read(({ tokens }) => tokens.find(TOKEN_ID));
      assert.deepEqual(found?.unverifiedRow.applications, []);
    });

    it("are listed, the newest first", async () => {
      const [database] = await fixture.sessions(1);
      const ids = ["bbbbbbbbbbbbbbbb", "aaaaaaaaaaaaaaaa", "cccccccccccccccc"].map(parseApiTokenId);
      await database.write(async ({ tokens }) => {
        for (const [index, tokenId] of ids.entries()) {
          const createdAtMs = (AT_MS + index) as typeof AT_MS;
          await tokens.add(makeToken({ tokenId, createdAtMs }));
        }
      });
      const rows = await database.read(({ tokens }) => tokens.list());
      const listed = rows.map(({ unverifiedRow }) => unverifiedRow.tokenId);
      assert.deepEqual(listed, ids.toReversed());
    });

    it("are removed once", async () => {
      const [database] = await fixture.sessions(1);
      await database.write(({ tokens }) => tokens.add(makeToken()));
      const remove = () => database.write(({ tokens }) => tokens.remove(TOKEN_ID));
      assert.deepEqual([await remove(), await remove()], [true, false]);
      assert.equal(await database.read(({ tokens }) => tokens.find(TOKEN_ID)), undefined);
    });

    it("are not replaced", async () => {
      const [database] = await fixture.sessions(1);
      await database.write(({ tokens }) => tokens.add(makeToken()));
      await rejectsAsDefect(database.write(({ tokens }) => tokens.add(makeToken())));
    });

    it("are refused under a version that is not there", async () => {
      const [database] = await fixture.sessions(1);
      await rejectsAsDefect(database.write(({ tokens }) => tokens.add(makeToken({}, 2))));
    });

    for (const forged of [
      "applications = 'app_aaaaaaaaaaaaaaaaapp_aaaaaaaaaaaaaaaa'",
      "applications = 'app_aaaaaaaaaaaaaaaa '",
      "expires_at_ms = 9223372036854775807",
      "created_at_ms = -1",
    ]) {
      it(`are refused with ${forged}, which no node writes`, async () => {
        const place = await fixture.foundedPlace();
        const database = await fixture.open(place.location);
        await database.write(({ tokens }) => tokens.add(makeToken()));
        await place.execute(`update api_token set ${forged}`);
        await rejectsWith(
          database.read(({ tokens }) => tokens.find(TOKEN_ID)),
          "row-not-authentic",
        );
      });
    }
  });

  describe(`idempotency keys, ${name}`, () => {
    const fixture = new Fixture(makePlace);
    afterEach(() => fixture.end());

    it("give what was answered", async () => {
      const [database] = await fixture.sessions(1);
      assert.equal(await add(database), true);
      assert.deepEqual(await findKey(database), makeIdempotencyRow());
    });

    it("are each caller's own, and told apart by case", async () => {
      const [database] = await fixture.sessions(1);
      await add(database);
      assert.equal(await add(database, { caller: "somebody else" }), true);
      assert.equal(await add(database, { key: "KEY 1" }), true);
      assert.equal(await findKey(database, "key 2"), undefined);
    });

    it("keep the first answer", async () => {
      const [database] = await fixture.sessions(1);
      await add(database);
      assert.equal(await add(database, { requestHash: filled(32, 9), status: 200 }), false);
      assert.deepEqual(await findKey(database), makeIdempotencyRow());
    });

    it("are used once when two requests arrive together", async () => {
      const [a, b] = await fixture.sessions(2);
      const added = await Promise.all([add(a), add(b ?? a)]);
      assert.deepEqual(added.toSorted(), [false, true]);
    });

    it("are pruned from the oldest, as many as asked for", async () => {
      const [database] = await fixture.sessions(1);
      for (const [key, age] of [
        ["old", 2],
        ["oldest", 3],
        ["new", 0],
        ["older", 2.5],
      ] as const) {
        await add(database, { key, createdAtMs: (AT_MS - age * 1000) as typeof AT_MS });
      }
      await database.write(({ idempotency }) => idempotency.prune(AT_MS, 2));
      assert.deepEqual(await keysLeft(database), ["old", "new"]);
      await database.write(({ idempotency }) => idempotency.prune(AT_MS, 2));
      assert.deepEqual(await keysLeft(database), ["new"]);
      await database.write(({ idempotency }) => idempotency.prune(LATER_MS, 2));
      assert.deepEqual(await keysLeft(database), []);
    });

    it("are pruned by two nodes at the same moment", async () => {
      const [a, b] = await fixture.sessions(2);
      await Promise.all(["old", "older", "oldest"].map((key) => add(a, { key })));
      const prune = (database: SsoDatabase): Promise<void> =>
        database.write(({ idempotency }) => idempotency.prune(LATER_MS, 10));
      await Promise.all([prune(a), prune(b ?? a)]);
      assert.deepEqual(await keysLeft(a), []);
    });
  });
}

function add(
  database: SsoDatabase,
  overrides: Parameters<typeof makeIdempotencyRow>[0] = {},
): Promise<boolean> {
  return database.write(({ idempotency }) => idempotency.add(makeIdempotencyRow(overrides)));
}

function findKey(database: SsoDatabase, key = makeIdempotencyRow().key) {
  const { caller } = makeIdempotencyRow();
  return database.read(({ idempotency }) => idempotency.find(caller, key));
}

async function keysLeft(database: SsoDatabase): Promise<readonly string[]> {
  const left = [];
  for (const key of ["oldest", "older", "old", "new"]) {
    if ((await findKey(database, key)) !== undefined) {
      left.push(key);
    }
  }
  return left;
}
