import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import { systemClock } from "../../platform/clock.ts";
import type { ApplicationId } from "../../domain/application-id/application-id.ts";
import {
  HISTORY_MAX,
  type ItemToPut,
  type PutOutcome,
  type SealedConfigItem,
  type SealingVersion,
} from "../../domain/config-item/config-item-store.ts";
import type { SsoDatabase } from "../../domain/store/sso-database.ts";
import {
  APPLICATION_ID,
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
import {
  find,
  history,
  placeWithApplication,
  put,
  revisionOf,
  twoWithApplication,
  withApplication,
  WITHOUT_NEWEST_REVISION,
} from "./item-steps.ts";

const OTHER_ID = "app_bbbbbbbbbbbbbbbb" as ApplicationId;
/** More than one statement takes. */
const MANY = 1203;
/** Longer would mean a statement for each item; what it takes is a small part of this. */
const MANY_MS_MAX = 5000;

/** Promises of `ConfigItemStore` about items that are written together. */
export function configBatchesContract(name: string, makePlace: MakePlace): void {
  describe(`config items written together, ${name}`, () => {
    const fixture = new Fixture(makePlace);
    afterEach(() => fixture.end());

    it("are all added and then all replaced, with their former rows in the history", async () => {
      const database = await withTwoApplications(fixture);
      const first = many(1);
      assert.equal(await putMany(database, first.map(toAdd)), "stored");
      assert.deepEqual(await all(database), sorted(first));
      const second = many(2);
      const toReplace = second.map((item, index) => ({
        item,
        expectedRevision: first[index]?.revision,
      }));
      const startedMs = systemClock.monotonic();
      assert.equal(await putMany(database, toReplace), "stored");
      assert.ok(systemClock.monotonic() - startedMs < MANY_MS_MAX);
      assert.deepEqual(await all(database), sorted(second));
      for (const index of [0, 700, MANY - 1]) {
        const item = first[index] ?? makeItem();
        assert.deepEqual(
          await database.read(({ configItems }) =>
            configItems.history(item.applicationId, item.identifier),
          ),
          [item],
        );
      }
    });

    it("may be new and known ones at once, under names of any characters", async () => {
      const database = await withApplication(fixture);
      const known = makeItem({ identifier: 'quoted " \\ \u{10000} é' });
      await put(database, known);
      const next = { ...known, revision: revisionOf(2), sealed: sealedUnder(1, 9) };
      const fresh = makeItem({ identifier: "a%_'b" });
      const items = [{ item: next, expectedRevision: known.revision }, toAdd(fresh)];
      assert.equal(await putMany(database, items), "stored");
      assert.deepEqual(await all(database), sorted([next, fresh]));
    });

    it("are none at all without a complaint", async () => {
      const database = await withApplication(fixture);
      assert.equal(await putMany(database, []), "stored");
    });

    it("are refused if one is at another revision, is there, or is not there", async () => {
      const database = await withApplication(fixture);
      const known = makeItem();
      await put(database, known);
      const fresh = makeItem({ identifier: "fresh" });
      const next = { ...known, revision: revisionOf(2) };
      const refused: readonly ItemToPut[] = [
        { item: next, expectedRevision: filled(16, 9) },
        { item: next, expectedRevision: undefined },
        { item: { ...next, identifier: "nowhere" }, expectedRevision: known.revision },
      ];
      for (const one of refused) {
        assert.equal(await putMany(database, [toAdd(fresh), one]), "conflict");
        assert.deepEqual([await all(database), await history(database)], [[known], []]);
      }
    });

    it("are refused if the application is not there", async () => {
      const database = await withApplication(fixture);
      const lost = makeItem({ applicationId: OTHER_ID });
      assert.equal(await putMany(database, [toAdd(lost)]), "conflict");
    });

    it("are refused under a version that is not primary, new or known", async () => {
      const database = await withApplication(fixture);
      await database.fenced(FIRST, "add", ({ versions }) => versions.add(VERSION_2));
      const known = makeItem();
      await put(database, known);
      const wrong = { ...SEALING_1, checkValue: filled(32, 8) };
      for (const version of [SEALING_2, wrong]) {
        const next = { ...known, revision: revisionOf(2), sealed: sealedUnder(version.number) };
        const fresh = { ...next, identifier: "fresh" };
        const replacing = { item: next, expectedRevision: known.revision };
        assert.equal(await putMany(database, [toAdd(fresh)], version), "version-not-primary");
        assert.equal(await putMany(database, [replacing], version), "version-not-primary");
        assert.deepEqual([await all(database), await history(database)], [[known], []]);
      }
    });

    it("keep the newest former revisions up to the limit, and no older one", async () => {
      const { place, database } = await placeWithApplication(fixture);
      let former: Uint8Array | undefined;
      for (let counter = 1; counter <= HISTORY_MAX + 3; counter += 1) {
        const item = makeItem({ revision: revisionOf(counter) });
        assert.equal(await putMany(database, [{ item, expectedRevision: former }]), "stored");
        former = item.revision;
      }
      const kept = await history(database);
      assert.equal(kept.length, HISTORY_MAX);
      assert.deepEqual(kept[0]?.revision, revisionOf(HISTORY_MAX + 2));
      await place.execute(WITHOUT_NEWEST_REVISION);
      assert.equal((await history(database)).length, HISTORY_MAX - 1);
    });

    it("meet another writer and one of the two gives way, whole", async () => {
      const [a, b] = await twoWithApplication(fixture);
      const known = [1, 2, 3].map((index) => makeItem({ identifier: `item ${index}` }));
      await putMany(a, known.map(toAdd));
      const next = (content: number): readonly ItemToPut[] =>
        known.map((item) => ({
          item: { ...item, revision: revisionOf(2, content), sealed: sealedUnder(1, content) },
          expectedRevision: item.revision,
        }));
      const outcomes = await Promise.all([putMany(a, next(1)), putMany(b, next(2).toReversed())]);
      assert.deepEqual(outcomes.toSorted(), ["conflict", "stored"]);
      const revisions = new Set((await all(a)).map(({ revision }) => revision[15]));
      assert.equal(revisions.size, 1, "all are of one writer");
      assert.equal((await find(a)) === undefined, true);
    });
  });
}

class Refused extends Error {
  readonly outcome: PutOutcome;

  constructor(outcome: PutOutcome) {
    super(outcome);
    this.outcome = outcome;
  }
}

/** As the port asks: what is not stored is thrown out of the transaction. */
async function putMany(
  database: SsoDatabase,
  items: readonly ItemToPut[],
  version: SealingVersion = SEALING_1,
): Promise<PutOutcome> {
  try {
    return await database.write(async ({ configItems }) => {
      const outcome = await configItems.putMany(items, version);
      if (outcome !== "stored") {
        throw new Refused(outcome);
      }
      return outcome;
    });
  } catch (error) {
    if (error instanceof Refused) {
      return error.outcome;
    }
    throw error;
  }
}

async function withTwoApplications(fixture: Fixture): Promise<SsoDatabase> {
  const database = await withApplication(fixture);
  const other = makeApplication({ applicationId: OTHER_ID, name: "Other" });
  await database.write(({ applications }) => applications.add(other, AT_MS));
  return database;
}

function many(content: number): readonly SealedConfigItem[] {
  return Array.from({ length: MANY }, (_, index) =>
    makeItem({
      applicationId: index % 2 === 0 ? APPLICATION_ID : OTHER_ID,
      identifier: `send-port/${String(index)}/primary`,
      revision: revisionOf(content, index % 256),
      sealed: sealedUnder(1, content),
    }),
  );
}

function toAdd(item: SealedConfigItem): ItemToPut {
  return { item, expectedRevision: undefined };
}

async function all(database: SsoDatabase): Promise<readonly SealedConfigItem[]> {
  const page = { after: undefined, limit: MANY, prefix: "" };
  const pages = await database.read(({ configItems }) =>
    Promise.all([APPLICATION_ID, OTHER_ID].map((id) => configItems.list(id, page))),
  );
  return sorted(pages.flat());
}

function sorted(items: readonly SealedConfigItem[]): readonly SealedConfigItem[] {
  return items.toSorted((a, b) => (a.identifier < b.identifier ? -1 : 1));
}
