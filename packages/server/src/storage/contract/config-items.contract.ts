import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import { rejectsAsDefect } from "./expectations.ts";
import {
  AT_MS,
  filled,
  FIRST,
  Fixture,
  makeApplication,
  makeItem,
  type MakePlace,
  SEALING_1,
  SEALING_2,
  sealedUnder,
  VERSION_2,
} from "./fixtures.ts";
import { find, put, twoWithApplication, withApplication } from "./item-steps.ts";

/** Promises of `ConfigItemStore` about the item itself. */
export function configItemsContract(name: string, makePlace: MakePlace): void {
  describe(`config items, ${name}`, () => {
    const fixture = new Fixture(makePlace);
    afterEach(() => fixture.end());

    it("stores an item that was not there", async () => {
      const database = await withApplication(fixture);
      assert.equal(await put(database, makeItem()), "stored");
      assert.deepEqual(await find(database), makeItem());
    });

    it("keeps identifiers that differ in case apart", async () => {
      const database = await withApplication(fixture);
      await put(database, makeItem());
      const other = makeItem({ identifier: "receivelocation1", sealed: sealedUnder(1, 8) });
      assert.equal(await put(database, other), "stored");
      assert.deepEqual(await find(database), makeItem());
    });

    it("refuses to store an item over one that is there", async () => {
      const database = await withApplication(fixture);
      await put(database, makeItem());
      const other = makeItem({ revision: filled(16, 5) });
      assert.equal(await put(database, other), "conflict");
      assert.deepEqual(await find(database), makeItem());
    });

    it("replaces an item that is at the revision expected", async () => {
      const database = await withApplication(fixture);
      await put(database, makeItem());
      const next = makeItem({ revision: filled(16, 5), sealed: sealedUnder(1, 8) });
      assert.equal(await put(database, next, filled(16, 4)), "stored");
      assert.deepEqual(await find(database), next);
    });

    it("refuses to replace an item at another revision", async () => {
      const database = await withApplication(fixture);
      await put(database, makeItem());
      const next = makeItem({ revision: filled(16, 6) });
      assert.equal(await put(database, next, filled(16, 5)), "conflict");
    });

    it("refuses to replace an item that is not there", async () => {
      const database = await withApplication(fixture);
      assert.equal(await put(database, makeItem(), filled(16, 5)), "conflict");
    });

    it("replaces an item once when two replacements arrive together", async () => {
      const [a, b] = await twoWithApplication(fixture);
      await put(a, makeItem());
      const outcomes = await Promise.all([
        put(a, makeItem({ revision: filled(16, 5) }), filled(16, 4)),
        put(b, makeItem({ revision: filled(16, 6) }), filled(16, 4)),
      ]);
      assert.deepEqual(outcomes.toSorted(), ["conflict", "stored"]);
    });

    it("adds an item once when two additions arrive together", async () => {
      const [a, b] = await twoWithApplication(fixture);
      const outcomes = await Promise.all([
        put(a, makeItem({ revision: filled(16, 5) })),
        put(b, makeItem({ revision: filled(16, 6) })),
      ]);
      assert.deepEqual(outcomes.toSorted(), ["conflict", "stored"]);
    });

    it("refuses an item of an application that is not there", async () => {
      const [database] = await fixture.sessions(1);
      assert.equal(await put(database, makeItem()), "conflict");
    });

    it("keeps the largest sealed value there can be", async () => {
      const database = await withApplication(fixture);
      const sealed = new Uint8Array(1024 * 1024 + 49).fill(7);
      sealed.set(sealedUnder(1));
      assert.equal(await put(database, makeItem({ sealed })), "stored");
      assert.deepEqual((await find(database))?.sealed, sealed);
    });

    it("refuses a version that is not primary yet", async () => {
      const database = await withApplication(fixture);
      await database.fenced(FIRST, "add", ({ versions }) => versions.add(VERSION_2));
      const item = makeItem({ sealed: sealedUnder(2) });
      assert.equal(await put(database, item, undefined, SEALING_2), "version-not-primary");
      assert.equal(await find(database), undefined);
    });

    it("refuses a version that was primary when it was read", async () => {
      const database = await withApplication(fixture);
      await put(database, makeItem());
      await database.fenced(FIRST, "promote", async ({ versions }) => {
        await versions.add(VERSION_2);
        await versions.setState(1, "retired");
        await versions.setState(2, "primary");
      });
      const next = makeItem({ revision: filled(16, 5) });
      assert.equal(await put(database, next, filled(16, 4)), "version-not-primary");
      assert.equal(await put(database, makeItem({ identifier: "new" })), "version-not-primary");
    });

    it("refuses the primary version's number with another check value", async () => {
      const database = await withApplication(fixture);
      const other = { ...SEALING_1, checkValue: filled(32, 9) };
      assert.equal(await put(database, makeItem(), undefined, other), "version-not-primary");
    });

    it("refuses a value whose header names another version than its column", async () => {
      const database = await withApplication(fixture);
      await database.fenced(FIRST, "add", ({ versions }) => versions.add(VERSION_2));
      await rejectsAsDefect(put(database, makeItem({ sealed: sealedUnder(2) })));
    });

    it("refuses to delete a version that a value is under", async () => {
      const place = await fixture.foundedPlace();
      const database = await fixture.open(place.location);
      await database.write(({ applications }) => applications.add(makeApplication(), AT_MS));
      await assert.rejects(place.execute("delete from version where number = 1"));
      assert.equal((await database.read(({ versions }) => versions.list())).length, 1);
    });

    it("deletes a version that nothing is under", async () => {
      const place = await fixture.foundedPlace();
      const database = await fixture.open(place.location);
      await place.execute("delete from version where number = 1");
      assert.deepEqual(await database.read(({ versions }) => versions.list()), []);
    });
  });
}
