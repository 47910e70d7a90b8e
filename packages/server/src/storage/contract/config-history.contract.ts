import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import { HISTORY_MAX } from "../../domain/config-item/config-item-store.ts";
import type { SsoDatabase } from "../../domain/store/sso-database.ts";
import { Planted, rejectsAsPlanted } from "./expectations.ts";
import {
  APPLICATION_ID,
  AT_MS,
  claimOf,
  filled,
  FIRST,
  Fixture,
  makeApplication,
  makeItem,
  type MakePlace,
  SEALING_1,
  sealedUnder,
  VERSION_2,
} from "./fixtures.ts";
import {
  find,
  history,
  placeWithApplication,
  put,
  remove,
  revisionOf,
  twoWithApplication,
  withApplication,
  WITHOUT_NEWEST_REVISION,
} from "./item-steps.ts";

/** Promises of `ConfigItemStore` about former revisions, and about removal. */
export function configHistoryContract(name: string, makePlace: MakePlace): void {
  describe(`history of config items, ${name}`, () => {
    const fixture = new Fixture(makePlace);
    afterEach(() => fixture.end());

    it("is empty for an item that was written once", async () => {
      const database = await withApplication(fixture);
      await put(database, makeItem());
      assert.deepEqual(await history(database), []);
    });

    it("holds the former row of each replacement as it was, the newest first", async () => {
      const database = await withApplication(fixture);
      const rows = [1, 2, 3].map((counter) =>
        makeItem({
          revision: revisionOf(counter),
          sealed: sealedUnder(1, counter),
          writtenBy: `writer ${counter}`,
        }),
      );
      await putInTurn(database, rows);
      assert.deepEqual(await find(database), rows[2]);
      assert.deepEqual(await history(database), [rows[1], rows[0]]);
    });

    it("holds the newest former revisions up to the limit", async () => {
      const database = await withApplication(fixture);
      const other = makeItem({ identifier: "other" });
      await put(database, other);
      await put(database, { ...other, revision: filled(16, 5) }, other.revision);
      const count = HISTORY_MAX + 3;
      await putInTurn(database, itemsUpTo(count));
      const counters = (await history(database)).map(({ revision }) => revision);
      const expected = Array.from({ length: HISTORY_MAX }, (_, back) =>
        revisionOf(count - 1 - back),
      );
      assert.deepEqual(counters, expected);
      const kept = await database.read(({ configItems }) =>
        configItems.history(APPLICATION_ID, "other"),
      );
      assert.deepEqual(kept, [other]);
    });

    it("takes no room for what is older", async () => {
      const { place, database } = await placeWithApplication(fixture);
      await putInTurn(database, itemsUpTo(HISTORY_MAX + 3));
      await place.execute(WITHOUT_NEWEST_REVISION);
      assert.equal((await history(database)).length, HISTORY_MAX - 1);
    });

    it("removes an item into its history", async () => {
      const database = await withApplication(fixture);
      await put(database, makeItem());
      assert.equal(await remove(database, makeItem()), true);
      assert.deepEqual([await find(database), await history(database)], [undefined, [makeItem()]]);
    });

    it("keeps to the limit when an item is removed", async () => {
      const database = await withApplication(fixture);
      await putInTurn(database, itemsUpTo(HISTORY_MAX + 1));
      assert.equal(await remove(database, makeItem(), revisionOf(HISTORY_MAX + 1)), true);
      const rows = await history(database);
      assert.equal(rows.length, HISTORY_MAX);
      assert.deepEqual(rows[0]?.revision, revisionOf(HISTORY_MAX + 1));
    });

    it("tells what was last written first when a removed item counts anew", async () => {
      const database = await withApplication(fixture);
      await putInTurn(database, itemsUpTo(3));
      await remove(database, makeItem(), revisionOf(3));
      const anew = makeItem({ revision: revisionOf(1, 9) });
      await put(database, anew);
      await remove(database, anew);
      const revisions = (await history(database)).map(({ revision }) => revision);
      const former = [3, 2, 1].map((counter) => revisionOf(counter));
      assert.deepEqual(revisions, [revisionOf(1, 9), ...former]);
    });

    it("refuses to remove an item at another revision, or none", async () => {
      const database = await withApplication(fixture);
      assert.equal(await remove(database, makeItem()), false);
      await put(database, makeItem());
      assert.equal(await remove(database, makeItem(), filled(16, 9)), false);
      assert.deepEqual([await find(database), await history(database)], [makeItem(), []]);
    });

    it("gains nothing by a put that was refused and yet committed", async () => {
      const database = await withApplication(fixture);
      await put(database, makeItem());
      await database.fenced(FIRST, "promote", async ({ versions }) => {
        await versions.add(VERSION_2);
        await versions.setState(1, "retired");
        await versions.setState(2, "primary");
      });
      const next = makeItem({ revision: filled(16, 5) });
      assert.equal(await put(database, next, filled(16, 9)), "conflict");
      assert.equal(await put(database, next, filled(16, 4)), "version-not-primary");
      assert.deepEqual([await find(database), await history(database)], [makeItem(), []]);
    });

    it("is as it was when the transaction that moved a row throws", async () => {
      const database = await withApplication(fixture);
      await put(database, makeItem());
      const next = makeItem({ revision: filled(16, 5) });
      const writing = database.write(async ({ configItems }) => {
        await configItems.put(next, SEALING_1, filled(16, 4));
        await configItems.remove(APPLICATION_ID, next.identifier, next.revision);
        assert.equal((await configItems.history(APPLICATION_ID, next.identifier)).length, 2);
        throw new Planted();
      });
      await rejectsAsPlanted(writing);
      assert.deepEqual([await find(database), await history(database)], [makeItem(), []]);
    });

    it("holds one former row when two replacements arrive together", async () => {
      const [a, b] = await twoWithApplication(fixture);
      await put(a, makeItem());
      await Promise.all([
        put(a, makeItem({ revision: filled(16, 5) }), filled(16, 4)),
        put(b, makeItem({ revision: filled(16, 6) }), filled(16, 4)),
      ]);
      assert.deepEqual(await history(a), [makeItem()]);
    });

    it("holds one former row when replacement and removal arrive together", async () => {
      const [a, b] = await twoWithApplication(fixture);
      await put(a, makeItem());
      const next = makeItem({ revision: filled(16, 5) });
      const [outcome, isRemoved] = await Promise.all([
        put(a, next, filled(16, 4)),
        remove(b, makeItem()),
      ]);
      assert.equal(outcome === "stored", !isRemoved);
      assert.deepEqual(await find(a), isRemoved ? undefined : next);
      assert.deepEqual(await history(a), [makeItem()]);
    });

    it("keeps the version of a former row from being deleted", async () => {
      const place = await fixture.foundedPlace();
      const database = await fixture.open(place.location);
      await database.mastership.claim(() => Promise.resolve(claimOf(FIRST)));
      await database.fenced(FIRST, "promote", async ({ applications, configItems, versions }) => {
        await versions.add(VERSION_2);
        await applications.add(makeApplication({}, 2), AT_MS);
        await configItems.put(makeItem(), SEALING_1, undefined);
        await configItems.remove(APPLICATION_ID, makeItem().identifier, makeItem().revision);
      });
      await assert.rejects(place.execute("delete from version where number = 1"));
    });
  });
}

async function putInTurn(
  database: SsoDatabase,
  items: readonly ReturnType<typeof makeItem>[],
): Promise<void> {
  await database.write(async ({ configItems }) => {
    let former: Uint8Array | undefined;
    for (const item of items) {
      assert.equal(await configItems.put(item, SEALING_1, former), "stored");
      former = item.revision;
    }
  });
}

function itemsUpTo(count: number): readonly ReturnType<typeof makeItem>[] {
  return Array.from({ length: count }, (_, index) => makeItem({ revision: revisionOf(index + 1) }));
}
