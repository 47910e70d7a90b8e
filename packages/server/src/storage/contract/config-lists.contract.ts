import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import type { ApplicationId } from "../../domain/application-id/application-id.ts";
import type { ItemPage } from "../../domain/config-item/config-item-store.ts";
import type { SsoDatabase } from "../../domain/store/sso-database.ts";
import {
  APPLICATION_ID,
  AT_MS,
  Fixture,
  makeApplication,
  makeItem,
  type MakePlace,
  SEALING_1,
} from "./fixtures.ts";
import { withApplication } from "./item-steps.ts";

const OTHER_ID = "app_bbbbbbbbbbbbbbbb" as ApplicationId;
const ALL: ItemPage = { after: undefined, limit: 100, prefix: "" };

/** In the order of their UTF-8 bytes, which neither a locale nor UTF-16 has. */
const ORDERED = ["A/1", "A/2", "B", "a", "a%b", "a_b", "ab", "é", "\u{e000}", "\u{10000}"];

/** Promises of `ConfigItemReader` about many items. */
export function configListsContract(name: string, makePlace: MakePlace): void {
  describe(`many config items, ${name}`, () => {
    const fixture = new Fixture(makePlace);
    afterEach(() => fixture.end());

    it("are listed by the bytes of their identifiers", async () => {
      const database = await withItems(fixture);
      assert.deepEqual(await list(database, {}), ORDERED);
    });

    it("are listed page by page", async () => {
      const database = await withItems(fixture);
      const pages = [];
      let after: string | undefined;
      for (let page = 0; page < 4; page++) {
        const found = await list(database, { after, limit: 3 });
        after = found.at(-1);
        pages.push(...found);
      }
      assert.deepEqual(pages, ORDERED);
    });

    it("are listed by prefix, whose characters stand for themselves", async () => {
      const database = await withItems(fixture);
      assert.deepEqual(await list(database, { prefix: "A/" }), ["A/1", "A/2"]);
      assert.deepEqual(await list(database, { prefix: "a" }), ["a", "a%b", "a_b", "ab"]);
      assert.deepEqual(await list(database, { prefix: "a_" }), ["a_b"]);
      assert.deepEqual(await list(database, { prefix: "%" }), []);
      assert.deepEqual(await list(database, { prefix: "\u{10000}" }), ["\u{10000}"]);
    });

    it("are listed by prefix after an identifier within it or outside", async () => {
      const database = await withItems(fixture);
      assert.deepEqual(await list(database, { prefix: "a", after: "a%b" }), ["a_b", "ab"]);
      assert.deepEqual(await list(database, { prefix: "A/", after: "A" }), ["A/1", "A/2"]);
      assert.deepEqual(await list(database, { prefix: "A/", after: "é" }), []);
    });

    it("are found together, those that exist", async () => {
      const database = await withItems(fixture);
      const names = ["é", "missing", "\u{10000}", 'quoted " \\ name', "a%b", "a"];
      const found = await database.read(({ configItems }) =>
        configItems.findMany(APPLICATION_ID, names),
      );
      const identifiers = found.map(({ identifier }) => identifier);
      assert.deepEqual(new Set(identifiers), new Set(["é", "\u{10000}", "a%b", "a"]));
      assert.deepEqual(found[0], makeItem({ identifier: found[0]?.identifier ?? "" }));
    });

    it("are found once, however often they are named", async () => {
      const database = await withItems(fixture);
      const counts = await database.read(async ({ configItems }) => [
        (await configItems.findMany(APPLICATION_ID, ["a", "a"])).length,
        (await configItems.findMany(APPLICATION_ID, [])).length,
        (await configItems.findMany(OTHER_ID, ["a"])).length,
      ]);
      assert.deepEqual(counts, [1, 0, 0]);
    });
  });
}

/** The items of `ORDERED`, written in another order, beside one of another application. */
async function withItems(fixture: Fixture): Promise<SsoDatabase> {
  const database = await withApplication(fixture);
  await database.write(async ({ applications, configItems }) => {
    const other = makeApplication({ applicationId: OTHER_ID, name: "Other" });
    await applications.add(other, AT_MS);
    await configItems.put(makeItem({ applicationId: OTHER_ID }), SEALING_1, undefined);
    for (const identifier of ORDERED.toReversed()) {
      await configItems.put(makeItem({ identifier }), SEALING_1, undefined);
    }
  });
  return database;
}

async function list(database: SsoDatabase, page: Partial<ItemPage>): Promise<readonly string[]> {
  const items = await database.read(({ configItems }) =>
    configItems.list(APPLICATION_ID, { ...ALL, ...page }),
  );
  return items.map(({ identifier }) => identifier);
}
