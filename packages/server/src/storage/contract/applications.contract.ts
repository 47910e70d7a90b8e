import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import type { ApplicationId } from "../../domain/application-id/application-id.ts";
import type { StoredApplication } from "../../domain/application/application.ts";
import type { SsoDatabase } from "../../domain/store/sso-database.ts";
import { isWaiting, rejectsAsDefect, rejectsWith } from "./expectations.ts";
import {
  APPLICATION_ID,
  AT_MS,
  filled,
  Fixture,
  makeApplication,
  makeItem,
  type MakePlace,
  SEALING_1,
} from "./fixtures.ts";
import { find, history, put, twoWithApplication, withApplication } from "./item-steps.ts";

const ID_B = "app_bbbbbbbbbbbbbbbb" as ApplicationId;
const ID_C = "app_cccccccccccccccc" as ApplicationId;
const LATER_MS = (AT_MS + 1000) as typeof AT_MS;
const FIRST_REVISION = makeApplication().row.revision;
const ALL = { after: undefined, limit: 100, only: undefined };

/** Promises of `ApplicationStore`. */
export function applicationsContract(name: string, makePlace: MakePlace): void {
  describe(`applications, ${name}`, () => {
    const fixture = new Fixture(makePlace);
    afterEach(() => fixture.end());

    it("finds an application by id, with its stamp", async () => {
      const database = await withApplication(fixture);
      const found = await database.read(({ applications }) => applications.find(APPLICATION_ID));
      const { row, stamp } = makeApplication();
      const stored = { unverifiedRow: row, stamp, createdAtMs: AT_MS, updatedAtMs: AT_MS };
      assert.deepEqual(found, stored);
    });

    it("finds an application by name whatever its case", async () => {
      const database = await withApplication(fixture);
      const found = await database.read(({ applications }) => applications.findByName("oRDERS"));
      assert.equal(found?.unverifiedRow.name, "Orders");
    });

    it("finds several by name or by id, those that exist", async () => {
      const database = await withApplication(fixture);
      await database.write(({ applications }) =>
        applications.add(makeApplication({ applicationId: ID_B, name: "Été" }), AT_MS),
      );
      const [byName, byId, none] = await database.read(({ applications }) =>
        Promise.all([
          applications.findManyByName(["éTÉ", "oRDERS", "missing"]),
          applications.findMany([ID_B, ID_C]),
          applications.findMany([]),
        ]),
      );
      const names = (rows: readonly StoredApplication[]): readonly string[] =>
        rows.map(({ unverifiedRow }) => unverifiedRow.name).toSorted();
      assert.deepEqual([byName, byId, none].map(names), [["Orders", "Été"], ["Été"], []]);
    });

    it("refuses a second application of the same folded name", async () => {
      const database = await withApplication(fixture);
      const other = makeApplication({
        applicationId: ID_B,
        name: "ORDERS",
      });
      const isAdded = await database.write(({ applications }) => applications.add(other, AT_MS));
      assert.equal(isAdded, false);
    });

    it("adds one of two applications of one name that arrive together", async () => {
      const [a, b] = await fixture.sessions(2);
      const other = makeApplication({ applicationId: ID_B });
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

    it("refuses a row that is neither enabled nor disabled", async () => {
      const place = await fixture.foundedPlace();
      const database = await fixture.open(place.location);
      await database.write(({ applications }) => applications.add(makeApplication(), AT_MS));
      await place.execute("alter table application rename column is_enabled to old_flag");
      await place.execute("alter table application add column is_enabled integer default 2");
      await rejectsWith(
        database.read(({ applications }) => applications.list(ALL)),
        "row-not-authentic",
      );
    });

    it("lists applications by the bytes of their folded names, page by page", async () => {
      const database = await withNames(fixture, ["Zebra", "apple", "Émile", "zebra 2", "_x"]);
      const pages = await database.read(async ({ applications }) => [
        await applications.list({ ...ALL, limit: 2 }),
        await applications.list({ ...ALL, limit: 2, after: "APPLE" }),
        await applications.list({ ...ALL, limit: 2, after: "zebra 2" }),
      ]);
      assert.deepEqual(pages.map(namesOf), [["_x", "apple"], ["Zebra", "zebra 2"], ["Émile"]]);
    });

    it("lists only the applications asked for", async () => {
      const database = await withNames(fixture, ["a", "b", "c"]);
      await database.read(async ({ applications }) => {
        const ids = (await applications.list(ALL)).map(({ unverifiedRow }) => unverifiedRow);
        const only = ids.filter(({ name }) => name !== "b").map((row) => row.applicationId);
        assert.deepEqual(namesOf(await applications.list({ ...ALL, only })), ["a", "c"]);
        assert.deepEqual(namesOf(await applications.list({ ...ALL, only, after: "a" })), ["c"]);
        assert.deepEqual(await applications.list({ ...ALL, only: [] }), []);
        assert.deepEqual(await applications.list({ ...ALL, only: [ID_C] }), []);
      });
    });

    it("replaces everything but the name and the time of creation", async () => {
      const database = await withApplication(fixture);
      const next = makeApplication({
        revision: filled(16, 8),
        generation: 4_294_967_295,
        isEnabled: false,
        settings: "{}",
      });
      assert.equal(await replace(database, next), true);
      const found = await database.read(({ applications }) => applications.findByName("orders"));
      assert.deepEqual(found, {
        unverifiedRow: next.row,
        stamp: next.stamp,
        createdAtMs: AT_MS,
        updatedAtMs: LATER_MS,
      });
    });

    it("refuses to replace an application at another revision", async () => {
      const database = await withApplication(fixture);
      const next = makeApplication({ revision: filled(16, 8), isEnabled: false });
      assert.equal(await replace(database, next, filled(16, 9)), false);
      assert.equal(await replace(database, makeApplication({ applicationId: ID_B })), false);
      const found = await database.read(({ applications }) => applications.find(APPLICATION_ID));
      assert.equal(found?.unverifiedRow.isEnabled, true);
    });

    it("replaces an application once when two replacements arrive together", async () => {
      const [a, b] = await twoWithApplication(fixture);
      const replaced = await Promise.all([
        replace(a, makeApplication({ revision: filled(16, 8) })),
        replace(b, makeApplication({ revision: filled(16, 9) })),
      ]);
      assert.deepEqual(replaced.toSorted(), [false, true]);
    });

    it("removes an application with its items and their history", async () => {
      const database = await withApplication(fixture);
      await put(database, makeItem());
      await put(database, makeItem({ revision: filled(16, 5) }), filled(16, 4));
      assert.equal((await history(database)).length, 1);
      assert.equal(await remove(database), true);
      await database.write(({ applications }) => applications.add(makeApplication(), AT_MS));
      assert.deepEqual([await find(database), await history(database)], [undefined, []]);
    });

    it("refuses to remove an application at another revision", async () => {
      const database = await withApplication(fixture);
      await put(database, makeItem());
      assert.equal(await remove(database, filled(16, 9)), false);
      assert.deepEqual(await find(database), makeItem());
    });

    for (const [what, item, expectedRevision] of [
      ["a new item", makeItem({ identifier: "new" }), undefined],
      ["a next revision", makeItem({ revision: filled(16, 5) }), filled(16, 4)],
    ] as const) {
      it(`keeps ${what} out of an application that is being removed`, async () => {
        const [a, b] = await twoWithApplication(fixture);
        await put(a, makeItem());
        const removed = fixture.heldBack();
        const removing = a.write(async ({ applications }) => {
          await applications.remove(APPLICATION_ID, FIRST_REVISION);
          await removed.run();
        });
        await removed.entered;
        const putting = put(b, item, expectedRevision);
        assert.ok(await isWaiting(putting, b));
        removed.letGo();
        await removing;
        assert.equal(await putting, "conflict");
      });
    }

    it("removes an application together with the item that is being written", async () => {
      const [a, b] = await twoWithApplication(fixture);
      const written = fixture.heldBack();
      const writing = a.write(async ({ configItems }) => {
        await configItems.put(makeItem(), SEALING_1, undefined);
        await written.run();
      });
      await written.entered;
      const removing = remove(b);
      assert.ok(await isWaiting(removing, b));
      written.letGo();
      await writing;
      assert.equal(await removing, true);
      assert.equal(await find(b), undefined);
    });
  });
}

async function withNames(fixture: Fixture, names: readonly string[]): Promise<SsoDatabase> {
  const [database] = await fixture.sessions(1);
  await database.write(async ({ applications }) => {
    for (const [index, name] of names.entries()) {
      const applicationId = `app_aaaaaaaaaaaaaaa${"abcdefgh".charAt(index)}` as ApplicationId;
      await applications.add(makeApplication({ applicationId, name }), AT_MS);
    }
  });
  return database;
}

function namesOf(rows: readonly StoredApplication[]): readonly string[] {
  return rows.map(({ unverifiedRow }) => unverifiedRow.name);
}

function replace(
  database: SsoDatabase,
  application: ReturnType<typeof makeApplication>,
  expectedRevision = FIRST_REVISION,
): Promise<boolean> {
  return database.write(({ applications }) =>
    applications.replace(application, expectedRevision, LATER_MS),
  );
}

function remove(database: SsoDatabase, expectedRevision = FIRST_REVISION): Promise<boolean> {
  return database.write(({ applications }) =>
    applications.remove(APPLICATION_ID, expectedRevision),
  );
}
