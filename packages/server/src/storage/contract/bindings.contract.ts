import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import type { SealedBindings, SealedChunk } from "../../domain/bindings/bindings-store.ts";
import type { PutOutcome } from "../../domain/config-item/config-item-store.ts";
import type { SsoDatabase } from "../../domain/store/sso-database.ts";
import { rejectsAsDefect } from "./expectations.ts";
import {
  AT_MS,
  claimOf,
  filled,
  FIRST,
  Fixture,
  type MakePlace,
  SEALING_1,
  SEALING_2,
  sealedUnder,
  VERSION_2,
} from "./fixtures.ts";

const FIRST_FILE: SealedBindings = {
  nameKey: "orders.xml",
  revision: filled(16, 1),
  sealed: sealedUnder(1),
  writtenAtMs: AT_MS,
  writtenBy: "local-administrator",
};
const SECOND_FILE: SealedBindings = { ...FIRST_FILE, revision: filled(16, 2) };
const CHUNKS: readonly SealedChunk[] = [0, 1, 2].map((number) => ({
  number,
  sealed: sealedUnder(1, number),
}));

/** Promises of `BindingsStore`. */
export function bindingsContract(name: string, makePlace: MakePlace): void {
  describe(`binding files, ${name}`, () => {
    const fixture = new Fixture(makePlace);
    afterEach(() => fixture.end());

    it("are kept with their chunks, in order", async () => {
      const [database] = await fixture.sessions(1);
      assert.equal(await put(database, FIRST_FILE, CHUNKS.toReversed()), "stored");
      assert.deepEqual(await found(database), [FIRST_FILE, CHUNKS]);
    });

    it("give some of their chunks", async () => {
      const [database] = await fixture.sessions(1);
      await put(database, FIRST_FILE, CHUNKS);
      const [one, none] = await database.read(({ bindings }) =>
        Promise.all([bindings.chunks("orders.xml", 1, 2), bindings.chunks("orders.xml", 3, 9)]),
      );
      assert.deepEqual([one, none], [[CHUNKS[1]], []]);
    });

    it("are replaced with all their chunks", async () => {
      const [database] = await fixture.sessions(1);
      await put(database, FIRST_FILE, CHUNKS);
      const chunks = [{ number: 0, sealed: sealedUnder(1, 9) }];
      assert.equal(await put(database, SECOND_FILE, chunks, FIRST_FILE.revision), "stored");
      assert.deepEqual(await found(database), [SECOND_FILE, chunks]);
    });

    it("are refused at another revision, when there is one, and when there is none", async () => {
      const [database] = await fixture.sessions(1);
      assert.equal(await put(database, SECOND_FILE, [], FIRST_FILE.revision), "conflict");
      await put(database, FIRST_FILE, CHUNKS);
      assert.equal(await put(database, SECOND_FILE, [], SECOND_FILE.revision), "conflict");
      assert.equal(await put(database, SECOND_FILE, []), "conflict");
      assert.deepEqual(await found(database), [FIRST_FILE, CHUNKS]);
    });

    it("are removed with all their chunks, at the revision that is asked for alone", async () => {
      const [database] = await fixture.sessions(1);
      const other = { ...FIRST_FILE, nameKey: "others.xml" };
      await put(database, FIRST_FILE, CHUNKS);
      await put(database, other, CHUNKS);
      const remove = (revision: Uint8Array): Promise<boolean> =>
        database.write(({ bindings }) => bindings.remove("orders.xml", revision));
      assert.equal(await remove(SECOND_FILE.revision), false);
      assert.deepEqual(await found(database), [FIRST_FILE, CHUNKS]);
      assert.equal(await remove(FIRST_FILE.revision), true);
      assert.deepEqual(await found(database), [undefined, []]);
      assert.equal(await remove(FIRST_FILE.revision), false);
      const left = await database.read(({ bindings }) => bindings.chunks("others.xml", 0, 100));
      assert.deepEqual(left, CHUNKS);
    });

    it("are refused under a version that is not primary", async () => {
      const [database] = await fixture.sessions(1);
      await database.mastership.claim(() => Promise.resolve(claimOf(FIRST)));
      await database.fenced(FIRST, "add", ({ versions }) => versions.add(VERSION_2));
      const file = { ...FIRST_FILE, sealed: sealedUnder(2) };
      assert.equal(await put(database, file, [], undefined, SEALING_2), "version-not-primary");
      const wrong = { ...SEALING_1, checkValue: filled(32, 8) };
      assert.equal(await put(database, FIRST_FILE, [], undefined, wrong), "version-not-primary");
      assert.deepEqual(await found(database), [undefined, []]);
    });

    it("are listed by key, page by page", async () => {
      const [database] = await fixture.sessions(1);
      const keys = ["A", "B", "é", "\u{e000}", "\u{10000}"];
      for (const nameKey of keys.toReversed()) {
        await put(database, { ...FIRST_FILE, nameKey }, []);
      }
      const pages = await database.read(async ({ bindings }) => [
        await bindings.list({ after: undefined, limit: 2 }),
        await bindings.list({ after: "B", limit: 9 }),
      ]);
      assert.deepEqual(
        pages.map((page) => page.map(({ nameKey }) => nameKey)),
        [keys.slice(0, 2), keys.slice(2)],
      );
      assert.deepEqual(pages[0]?.[0], { ...FIRST_FILE, nameKey: "A" });
    });

    it("hold the version they are sealed under", async () => {
      const place = await fixture.foundedPlace();
      const database = await fixture.open(place.location);
      await put(database, FIRST_FILE, CHUNKS);
      for (const table of ["binding_file", "binding_file_chunk"]) {
        await assert.rejects(place.execute(`update ${table} set version = 2`), "the check");
      }
      await assert.rejects(place.execute("delete from version"), "the reference");
    });

    it("have no chunk twice", async () => {
      const [database] = await fixture.sessions(1);
      const [chunk = { number: 0, sealed: sealedUnder(1) }] = CHUNKS;
      await rejectsAsDefect(put(database, FIRST_FILE, [chunk, chunk]));
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
async function put(
  database: SsoDatabase,
  file: SealedBindings,
  chunks: readonly SealedChunk[],
  expected?: Uint8Array,
  version = SEALING_1,
): Promise<PutOutcome> {
  try {
    return await database.write(async ({ bindings }) => {
      const outcome = await bindings.put(file, chunks, version, expected);
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

function found(
  database: SsoDatabase,
): Promise<readonly [SealedBindings | undefined, readonly SealedChunk[]]> {
  return database.read(async ({ bindings }) => [
    await bindings.find("orders.xml"),
    await bindings.chunks("orders.xml", 0, 100),
  ]);
}
