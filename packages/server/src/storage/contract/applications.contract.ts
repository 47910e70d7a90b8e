import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import type { ApplicationId } from "../../domain/application/application.ts";
import type { SsoDatabase } from "../../domain/store/sso-database.ts";
import { rejectsAsDefect, rejectsWith } from "./expectations.ts";
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
  SEALING_2,
  sealedUnder,
  VERSION_2,
} from "./fixtures.ts";

/** Promises of `ApplicationStore` and `ConfigItemStore`. */
export function applicationsContract(name: string, makePlace: MakePlace): void {
  describe(`applications, ${name}`, () => {
    const fixture = new Fixture(makePlace);
    afterEach(() => fixture.end());

    it("finds an application by id, with its stamp", async () => {
      const database = await withApplication(fixture);
      const found = await database.read(({ applications }) => applications.find(APPLICATION_ID));
      const { row, stamp } = makeApplication();
      assert.deepEqual(found, { unverifiedRow: row, stamp });
    });

    it("finds an application by name whatever its case", async () => {
      const database = await withApplication(fixture);
      const found = await database.read(({ applications }) => applications.findByName("oRDERS"));
      assert.equal(found?.unverifiedRow.name, "Orders");
    });

    it("refuses a second application of the same folded name", async () => {
      const database = await withApplication(fixture);
      const other = makeApplication({
        applicationId: "app_bbbbbbbbbbbbbbbb" as ApplicationId,
        name: "ORDERS",
      });
      const isAdded = await database.write(({ applications }) => applications.add(other, AT_MS));
      assert.equal(isAdded, false);
    });

    it("adds one of two applications of one name that arrive together", async () => {
      const [a, b] = await fixture.sessions(2);
      const other = makeApplication({ applicationId: "app_bbbbbbbbbbbbbbbb" as ApplicationId });
      const added = await Promise.all([
        a.write(({ applications }) => applications.add(makeApplication(), AT_MS)),
        b?.write(({ applications }) => applications.add(other, AT_MS)),
      ]);
      assert.deepEqual(added.toSorted(), [false, true]);
    });

    it("refuses a stamp under a version that is not there", async () => {
      const [database] = await fixture.sessions(1);
      await rejectsAsDefect(
        database.write(({ applications }) => applications.add(makeApplication({}, 2), AT_MS)),
      );
    });

    it("refuses a row that answers for another name than its own", async () => {
      const place = await fixture.foundedPlace();
      const database = await fixture.open(place.location);
      await database.write(({ applications }) => applications.add(makeApplication(), AT_MS));
      await place.execute("update application set name_key = 'payments'");
      await rejectsWith(
        database.read(({ applications }) => applications.findByName("Payments")),
        "row-not-authentic",
      );
    });

    it("refuses a row whose type no node writes", async () => {
      const place = await fixture.foundedPlace();
      const database = await fixture.open(place.location);
      await database.write(({ applications }) => applications.add(makeApplication(), AT_MS));
      await place.execute("alter table application rename column type to old_type");
      await place.execute("alter table application add column type text default 'password'");
      await rejectsWith(
        database.read(({ applications }) => applications.find(APPLICATION_ID)),
        "row-not-authentic",
      );
    });
  });

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
      const { location } = await fixture.foundedPlace();
      const [a, b] = [await fixture.open(location), await fixture.open(location)];
      await a.write(({ applications }) => applications.add(makeApplication(), AT_MS));
      await put(a, makeItem());
      const outcomes = await Promise.all([
        put(a, makeItem({ revision: filled(16, 5) }), filled(16, 4)),
        put(b, makeItem({ revision: filled(16, 6) }), filled(16, 4)),
      ]);
      assert.deepEqual(outcomes.toSorted(), ["conflict", "stored"]);
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

async function withApplication(fixture: Fixture): Promise<SsoDatabase> {
  const [database] = await fixture.sessions(1);
  await database.mastership.claim(() => Promise.resolve(claimOf(FIRST)));
  await database.write(({ applications }) => applications.add(makeApplication(), AT_MS));
  return database;
}

function put(
  database: SsoDatabase,
  item: ReturnType<typeof makeItem>,
  expectedRevision?: Uint8Array,
  version = SEALING_1,
): Promise<string> {
  return database.write(({ configItems }) => configItems.put(item, version, expectedRevision));
}

function find(database: SsoDatabase): Promise<ReturnType<typeof makeItem> | undefined> {
  const { applicationId, identifier } = makeItem();
  return database.read(({ configItems }) => configItems.find(applicationId, identifier));
}
