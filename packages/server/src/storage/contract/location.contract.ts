import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import type { Migration } from "../migrations/migration.ts";
import { MIGRATIONS } from "../migrations/migrations.ts";
import { rejectsAsPlanted, rejectsWith, Planted } from "./expectations.ts";
import { Fixture, foundSystem, type MakePlace, SYSTEM_ID } from "./fixtures.ts";

/** Promises of `SsoDatabaseLocation`. */
export function locationContract(name: string, makePlace: MakePlace): void {
  describe(`location of the SSO database, ${name}`, () => {
    const fixture = new Fixture(makePlace);
    afterEach(() => fixture.end());

    it("opens what was created", async () => {
      const { location } = await fixture.foundedPlace();
      const database = await fixture.open(location);
      const system = await database.read((stores) => stores.system.find());
      assert.equal(system?.systemId, SYSTEM_ID);
    });

    it("finds no system in an empty place", async () => {
      const { location } = await fixture.place();
      await rejectsWith(location.open(), "system-not-found");
    });

    it("refuses to create a second system", async () => {
      const { location } = await fixture.foundedPlace();
      await rejectsWith(location.create(foundSystem), "system-exists");
    });

    it("leaves nothing when the founding throws", async () => {
      const place = await fixture.place();
      const before = await place.tables();
      const founding = place.location.create(async (stores) => {
        await foundSystem(stores);
        throw new Planted();
      });
      await rejectsAsPlanted(founding);
      assert.deepEqual(await place.tables(), before);
      await rejectsWith(place.location.open(), "system-not-found");
    });

    it("creates after a founding that threw", async () => {
      const { location } = await fixture.place();
      await rejectsAsPlanted(location.create(() => Promise.reject(new Planted())));
      await location.create(foundSystem);
      await fixture.open(location);
    });

    it("leaves the first system as it was when a second founding is refused", async () => {
      const { location } = await fixture.foundedPlace();
      await rejectsWith(location.create(foundSystem), "system-exists");
      const database = await fixture.open(location);
      assert.equal((await database.read(({ nodes }) => nodes.list())).length, 1);
    });

    it("refuses a database with another program's tables", async () => {
      const place = await fixture.place();
      await place.execute("create table invoice (number integer primary key)");
      await rejectsWith(place.location.open(), "schema-unknown");
      await rejectsWith(place.location.create(foundSystem), "schema-unknown");
      assert.deepEqual(await place.tables(), ["invoice"]);
    });

    it("refuses a schema whose migration has another name", async () => {
      const place = await fixture.foundedPlace();
      await place.execute("update schema_migration set name = 'other'");
      await rejectsWith(place.location.open(), "schema-unknown");
    });

    it("serves a schema with a later migration marked compatible", async () => {
      const place = await fixture.foundedPlace();
      const newer = place.seenWith([...MIGRATIONS, laterMigration("compatible")]);
      await (await newer.open()).close();
      await fixture.open(place.location);
    });

    it("refuses a schema with a later migration marked breaking", async () => {
      const place = await fixture.foundedPlace();
      const newer = place.seenWith([...MIGRATIONS, laterMigration("breaking")]);
      await (await newer.open()).close();
      await rejectsWith(place.location.open(), "schema-too-new");
    });

    it("migrates forward once when two nodes open at the same time", async () => {
      const place = await fixture.foundedPlace();
      const newer = place.seenWith([...MIGRATIONS, laterMigration("breaking")]);
      await Promise.all([fixture.open(newer), fixture.open(newer)]);
      assert.ok((await place.tables())?.includes("later"));
    });

    it("leaves the schema as it was when a migration fails", async () => {
      const place = await fixture.foundedPlace();
      const tables = await place.tables();
      const broken = laterMigration("breaking", "create table broken (");
      await assert.rejects(place.seenWith([...MIGRATIONS, broken]).open());
      assert.deepEqual(await place.tables(), tables);
      await fixture.open(place.location);
    });

    it("says that acknowledged commits survive", async () => {
      const [database] = await fixture.sessions(1);
      assert.equal((await database.durability()).keepsCommits, true);
    });
  });
}

function laterMigration(
  compatibility: Migration["compatibility"],
  ...more: readonly string[]
): Migration {
  const statements = ["create table later (number integer primary key)", ...more];
  return {
    number: Math.max(...MIGRATIONS.map(({ number }) => number)) + 1,
    name: "later",
    compatibility,
    sqlite: statements,
    postgres: statements,
  };
}
