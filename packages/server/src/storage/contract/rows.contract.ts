import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import { rejectsAsDefect, rejectsWith } from "./expectations.ts";
import {
  AT_MS,
  filled,
  FIRST,
  Fixture,
  claimOf,
  makeBackup,
  type MakePlace,
  NODE_A,
  NODE_B,
  SYSTEM_ID,
  VERSION_1,
  VERSION_2,
} from "./fixtures.ts";
import type { SsoDatabase } from "../../domain/store/sso-database.ts";

/** Promises of the stores that only the master secret server writes. */
export function rowsContract(name: string, makePlace: MakePlace): void {
  describe(`rows of the master secret server, ${name}`, () => {
    const fixture = new Fixture(makePlace);
    afterEach(() => fixture.end());

    it("keeps the system's row", async () => {
      const database = await mastered(fixture);
      const row = await database.read(({ system }) => system.find());
      assert.deepEqual(row, { systemId: SYSTEM_ID, createdAtMs: AT_MS });
    });

    it("replaces the charter", async () => {
      const database = await mastered(fixture);
      const charter = { serial: 2n ** 53n + 1n, note: "second charter\n— key ü\n" };
      await database.fenced(FIRST, "charter", (stores) => stores.charter.put(charter));
      assert.deepEqual(await database.read((stores) => stores.charter.find()), charter);
    });

    it("lists nodes by id, each with its latest warrant", async () => {
      const database = await mastered(fixture);
      await database.fenced(FIRST, "nodes", async ({ nodes }) => {
        await nodes.put({ nodeId: NODE_B, warrant: "warrant of B\n" });
        await nodes.put({ nodeId: NODE_A, warrant: "second warrant of A\n" });
      });
      const rows = [
        { nodeId: NODE_A, warrant: "second warrant of A\n" },
        { nodeId: NODE_B, warrant: "warrant of B\n" },
      ];
      await database.read(async ({ nodes }) => {
        assert.deepEqual(await nodes.list(), rows);
        assert.deepEqual(await nodes.find(NODE_B), rows[1]);
      });
    });

    it("removes a node together with its sealed keyring", async () => {
      const database = await mastered(fixture);
      const keyring = { nodeId: NODE_A, revision: 1n, sealed: filled(100, 6) };
      await database.fenced(FIRST, "seal", ({ sealedKeyrings }) => sealedKeyrings.put(keyring));
      await database.fenced(FIRST, "remove", ({ nodes }) => nodes.remove(NODE_A));
      await database.read(async ({ nodes, sealedKeyrings }) => {
        assert.equal(await nodes.find(NODE_A), undefined);
        assert.equal(await sealedKeyrings.find(NODE_A), undefined);
      });
    });

    it("replaces a node's sealed keyring", async () => {
      const database = await mastered(fixture);
      const second = { nodeId: NODE_A, revision: 2n, sealed: filled(100, 7) };
      await database.fenced(FIRST, "seal", async ({ sealedKeyrings }) => {
        await sealedKeyrings.put({ nodeId: NODE_A, revision: 1n, sealed: filled(90, 6) });
        await sealedKeyrings.put(second);
      });
      const found = await database.read(({ sealedKeyrings }) => sealedKeyrings.find(NODE_A));
      assert.deepEqual(found, second);
    });

    it("refuses a sealed keyring for a node that is not there", async () => {
      const database = await mastered(fixture);
      const keyring = { nodeId: NODE_B, revision: 1n, sealed: filled(100, 6) };
      await rejectsAsDefect(
        database.fenced(FIRST, "seal", ({ sealedKeyrings }) => sealedKeyrings.put(keyring)),
      );
    });

    it("lists versions by number, with the states they were given", async () => {
      const database = await mastered(fixture);
      await database.fenced(FIRST, "promote", async ({ versions }) => {
        await versions.add(VERSION_2);
        await versions.setState(1, "retired");
        await versions.setState(2, "primary");
      });
      assert.deepEqual(await database.read(({ versions }) => versions.list()), [
        { ...VERSION_1, state: "retired" },
        { ...VERSION_2, state: "primary" },
      ]);
    });

    it("refuses a second primary version", async () => {
      const database = await mastered(fixture);
      const promote = database.fenced(FIRST, "promote", async ({ versions }) => {
        await versions.add(VERSION_2);
        await versions.setState(2, "primary");
      });
      await rejectsAsDefect(promote);
      assert.deepEqual(await database.read(({ versions }) => versions.list()), [VERSION_1]);
    });

    it("takes the highest version number there can be", async () => {
      const database = await mastered(fixture);
      const version = { ...VERSION_2, number: 4_294_967_295 };
      await database.fenced(FIRST, "add", ({ versions }) => versions.add(version));
      const [, found] = await database.read(({ versions }) => versions.list());
      assert.deepEqual(found, version);
    });

    it("lists backups, the newest first", async () => {
      const database = await mastered(fixture);
      const older = makeBackup({ backupId: "bak_z", madeAtMs: (AT_MS - 1) as typeof AT_MS });
      const newer = makeBackup({ backupId: "bak_a" });
      await database.fenced(FIRST, "backup", async ({ backups }) => {
        await backups.put(older);
        await backups.put(newer);
      });
      const rows = await database.read(({ backups }) => backups.list());
      assert.deepEqual(
        rows.map(({ unverifiedRow }) => unverifiedRow.backupId),
        ["bak_a", "bak_z"],
      );
    });

    it("replaces a backup's row as a whole", async () => {
      const database = await mastered(fixture);
      const second = makeBackup({
        revision: filled(16, 8),
        verifiedAtMs: AT_MS,
        place: "trial",
        path: "/elsewhere",
        versions: [
          { number: 1, checkValue: VERSION_1.checkValue },
          { number: 4_294_967_295, checkValue: filled(32, 8) },
        ],
      });
      await database.fenced(FIRST, "backup", ({ backups }) => backups.put(makeBackup()));
      await database.fenced(FIRST, "backup", ({ backups }) => backups.put(second));
      const found = await database.read(({ backups }) => backups.find(second.row.backupId));
      assert.deepEqual(found, { unverifiedRow: second.row, stamp: second.stamp });
    });

    it("refuses a stamp under another version than its column says", async () => {
      const database = await mastered(fixture);
      const forged = { ...makeBackup(), stampVersion: 2 };
      await rejectsAsDefect(
        database.fenced(FIRST, "backup", async ({ backups, versions }) => {
          await versions.add(VERSION_2);
          await backups.put(forged);
        }),
      );
    });

    it("refuses a backup made at a time that no node writes", async () => {
      const place = await fixture.foundedPlace();
      const database = await fixture.open(place.location);
      await database.mastership.claim(() => Promise.resolve(claimOf(FIRST)));
      await database.fenced(FIRST, "backup", ({ backups }) => backups.put(makeBackup()));
      await place.execute("update backup set made_at_ms = -1");
      await rejectsWith(
        database.read(({ backups }) => backups.list()),
        "row-not-authentic",
      );
    });
  });
}

async function mastered(fixture: Fixture): Promise<SsoDatabase> {
  const [database] = await fixture.sessions(1);
  await database.mastership.claim(() => Promise.resolve(claimOf(FIRST)));
  return database;
}
