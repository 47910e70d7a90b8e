import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import { Planted, rejectsAsDefect, rejectsAsPlanted } from "./expectations.ts";
import {
  APPLICATION_ID,
  AT_MS,
  FIRST_PAGE,
  Fixture,
  makeApplication,
  makeAuditEntry,
  type MakePlace,
} from "./fixtures.ts";

/** Promises of `SsoDatabase` about transactions. */
export function transactionsContract(name: string, makePlace: MakePlace): void {
  describe(`transactions of the SSO database, ${name}`, () => {
    const fixture = new Fixture(makePlace);
    afterEach(() => fixture.end());

    it("gives back what a write returns", async () => {
      const [database] = await fixture.sessions(1);
      assert.equal(await database.write(() => Promise.resolve("done")), "done");
    });

    it("shows a write to another session when it was acknowledged", async () => {
      const [a, b] = await fixture.sessions(2);
      await a.write(({ applications }) => applications.add(makeApplication(), AT_MS));
      const found = await b?.read(({ applications }) => applications.find(APPLICATION_ID));
      assert.ok(found);
    });

    it("keeps nothing of a write that threw, its audit row included", async () => {
      const [database] = await fixture.sessions(1);
      const write = database.write(async ({ applications, audit }) => {
        await applications.add(makeApplication(), AT_MS);
        await audit.record(makeAuditEntry());
        throw new Planted();
      });
      await rejectsAsPlanted(write);
      await database.read(async ({ applications, audit }) => {
        assert.equal(await applications.find(APPLICATION_ID), undefined);
        assert.deepEqual(await audit.list(FIRST_PAGE), []);
      });
    });

    it("keeps nothing when the caller swallows the failure of a statement", async () => {
      const [database] = await fixture.sessions(1);
      const write = database.write(async ({ applications, audit }) => {
        await audit.record(makeAuditEntry());
        // There is no such version: the reference refuses.
        await applications.add(makeApplication({}, 2), AT_MS).catch(() => undefined);
      });
      await rejectsAsDefect(write);
      assert.deepEqual(await database.read(({ audit }) => audit.list(FIRST_PAGE)), []);
    });

    it("goes on after a write that threw", async () => {
      const [database] = await fixture.sessions(1);
      await rejectsAsPlanted(database.write(() => Promise.reject(new Planted())));
      await database.write(({ audit }) => audit.record(makeAuditEntry()));
      assert.equal((await database.read(({ audit }) => audit.list(FIRST_PAGE))).length, 1);
    });

    it("sees its own changes inside a write", async () => {
      const [database] = await fixture.sessions(1);
      const found = await database.write(async ({ applications }) => {
        await applications.add(makeApplication(), AT_MS);
        return applications.find(APPLICATION_ID);
      });
      assert.ok(found);
    });

    it("shows one moment to all reads of a run", async () => {
      const [a, b] = await fixture.sessions(2);
      const before = await a.read(async ({ audit }) => {
        const first = await audit.list(FIRST_PAGE);
        await b?.write((stores) => stores.audit.record(makeAuditEntry()));
        return [first.length, (await audit.list(FIRST_PAGE)).length];
      });
      assert.deepEqual(before, [0, 0]);
      assert.equal((await a.read(({ audit }) => audit.list(FIRST_PAGE))).length, 1);
    });

    it("does many writes asked for at once, each as a whole", async () => {
      const [a, b] = await fixture.sessions(2);
      const writes = Array.from({ length: 60 }, (_, index) =>
        (index % 2 === 0 || b === undefined ? a : b).write(async ({ audit }) => {
          await audit.record(makeAuditEntry({ requestId: `first ${index}` }));
          await audit.record(makeAuditEntry({ requestId: `second ${index}` }));
        }),
      );
      await Promise.all(writes);
      const rows = await a.read(({ audit }) => audit.list({ after: 0n, limit: 200 }));
      assert.equal(new Set(rows.map(({ requestId }) => requestId)).size, 120);
    });

    it("ends what was asked for before it closes", async () => {
      const { location } = await fixture.foundedPlace();
      const database = await location.open();
      const write = database.write(({ audit }) => audit.record(makeAuditEntry()));
      await database.close();
      await write;
      const again = await fixture.open(location);
      assert.equal((await again.read(({ audit }) => audit.list(FIRST_PAGE))).length, 1);
    });
  });
}
