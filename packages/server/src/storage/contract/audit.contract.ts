import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import type { AuditEntry, AuditPage } from "../../domain/audit/audit-store.ts";
import type { SsoDatabase } from "../../domain/store/sso-database.ts";
import { rejectsWith } from "./expectations.ts";
import { FIRST_PAGE, Fixture, makeAuditEntry, type MakePlace } from "./fixtures.ts";

/** Promises of `AuditStore`. */
export function auditContract(name: string, makePlace: MakePlace): void {
  describe(`audit, ${name}`, () => {
    const fixture = new Fixture(makePlace);
    afterEach(() => fixture.end());

    it("keeps an entry as it was told", async () => {
      const [database] = await fixture.sessions(1);
      const entry = makeAuditEntry({ outcome: "refused", about: { code: "größe" } });
      await record(database, entry);
      const [row] = await database.read(({ audit }) => audit.list(FIRST_PAGE));
      assert.ok(row);
      const { sequence, ...told } = row;
      assert.deepEqual(told, entry);
      assert.ok(sequence > 0n);
    });

    it("keeps as many entries as are told together, in their order", async () => {
      const [database] = await fixture.sessions(1);
      const ids = Array.from({ length: 100 }, (_, index) => `req_${index}`);
      await record(database, ...ids.map((requestId) => makeAuditEntry({ requestId })));
      await record(database);
      assert.deepEqual(await list(database, { limit: 1000 }), ids);
    });

    it("keeps a group once, whole, however often it is told", async () => {
      const [database] = await fixture.sessions(1);
      const entries = ["a", "b"].map((requestId) => makeAuditEntry({ requestId }));
      for (const groupId of ["first", "first", "second"]) {
        await database.write(({ audit }) => audit.recordGroup({ groupId, entries }));
      }
      await database.write(async ({ audit }) => {
        await audit.recordGroup({ groupId: "third", entries });
        await audit.recordGroup({ groupId: "second", entries });
      });
      assert.deepEqual(await list(database, {}), ["a", "b", "a", "b", "a", "b"]);
    });

    it("waits for the transaction that is about to keep the same group", async () => {
      const [one, other] = await fixture.sessions(2);
      assert.ok(other);
      const group = { groupId: "g", entries: [makeAuditEntry({ requestId: "a" })] };
      const told = Promise.withResolvers<undefined>();
      const first = one.write(async ({ audit }) => {
        await audit.recordGroup(group);
        told.resolve(undefined);
      });
      await told.promise;
      await Promise.all([first, other.write(({ audit }) => audit.recordGroup(group))]);
      assert.deepEqual(await list(one, {}), ["a"]);
    });

    it("keeps a group of which an earlier attempt was rolled back", async () => {
      const [database] = await fixture.sessions(1);
      const group = { groupId: "g", entries: [makeAuditEntry({ requestId: "a" })] };
      const failed = database.write(async ({ audit }) => {
        await audit.recordGroup(group);
        throw new TypeError("given up");
      });
      await assert.rejects(failed, /given up/);
      await database.write(({ audit }) => audit.recordGroup(group));
      assert.deepEqual(await list(database, {}), ["a"]);
    });

    it("is told page by page", async () => {
      const [database] = await fixture.sessions(1);
      await record(database, ...["a", "b", "c"].map((requestId) => makeAuditEntry({ requestId })));
      await database.read(async ({ audit }) => {
        const [, second] = await audit.list({ after: 0n, limit: 2 });
        assert.ok(second);
        const rest = await audit.list({ after: second.sequence, limit: 2 });
        assert.deepEqual(
          rest.map(({ requestId }) => requestId),
          ["c"],
        );
      });
    });

    it("is told by action, by application, and by both", async () => {
      const [database] = await fixture.sessions(1);
      await record(
        database,
        makeAuditEntry({ requestId: "a", about: { applicationId: "app_1" } }),
        makeAuditEntry({ requestId: "b", about: { applicationId: "app_2" } }),
        makeAuditEntry({ requestId: "c", about: {}, action: "token.create" }),
        makeAuditEntry({
          requestId: "d",
          about: { applicationId: "app_1" },
          action: "config.reveal",
        }),
      );
      assert.deepEqual(await list(database, { action: "config.set" }), ["a", "b"]);
      assert.deepEqual(await list(database, { applicationId: "app_1" }), ["a", "d"]);
      const both = { applicationId: "app_1", action: "config.reveal" } as const;
      assert.deepEqual(await list(database, both), ["d"]);
      assert.deepEqual(await list(database, { applicationId: "app_3" }), []);
    });

    it("outlives the application it is about", async () => {
      const [database] = await fixture.sessions(1);
      await record(database, makeAuditEntry({ about: { applicationId: "app_gone" } }));
      assert.equal((await list(database, { applicationId: "app_gone" })).length, 1);
    });

    it("refuses rows that hold what no node writes", async () => {
      const place = await fixture.foundedPlace();
      const database = await fixture.open(place.location);
      await record(database, makeAuditEntry());
      await place.execute("update audit set about = 'not json'");
      await rejectsWith(list(database, {}), "row-not-authentic");
    });
  });
}

function record(database: SsoDatabase, ...entries: readonly AuditEntry[]): Promise<void> {
  return database.write(({ audit }) => audit.record(...entries));
}

async function list(database: SsoDatabase, page: Partial<AuditPage>): Promise<readonly string[]> {
  const rows = await database.read(({ audit }) => audit.list({ ...FIRST_PAGE, ...page }));
  return rows.map(({ requestId }) => requestId);
}
