import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import type { Designation } from "../../domain/mastership/mastership-store.ts";
import type { SsoDatabase } from "../../domain/store/sso-database.ts";
import { isWaiting, Planted, rejectsAsPlanted } from "./expectations.ts";
import {
  claimOf,
  FIRST,
  FIRST_PAGE,
  Fixture,
  makeAuditEntry,
  NODE_A,
  NODE_B,
  type MakePlace,
} from "./fixtures.ts";

const DESIGNATION: Designation = {
  designatedNode: NODE_B,
  audit: makeAuditEntry({ action: "mastership.designate", about: {} }),
};

/** Promises of `MastershipStore.designate`, and of what a claim writes beside itself (P2). */
export function designationContract(name: string, makePlace: MakePlace): void {
  describe(`designation, ${name}`, () => {
    const fixture = new Fixture(makePlace);
    afterEach(() => fixture.end());

    it("writes who is designated, and takes it back, without touching fence and lease", async () => {
      const [database] = await fixture.sessions(1);
      await database.mastership.claim(() => Promise.resolve(claimOf(FIRST)));
      const before = await database.mastership.read();
      await database.mastership.designate(() => Promise.resolve(DESIGNATION));
      const { fence, lease } = await database.mastership.read();
      assert.deepEqual(fence, { ...before.fence, designatedNode: NODE_B });
      assert.deepEqual(lease, before.lease);
      await designateNobody(database);
      assert.deepEqual((await database.mastership.read()).fence, before.fence);
    });

    it("is in the history, under the mastership of the fence, and in the audit", async () => {
      const [database] = await fixture.sessions(1);
      await database.mastership.claim(() => Promise.resolve(claimOf(FIRST)));
      await database.mastership.designate(() => Promise.resolve(DESIGNATION));
      const rows = await database.mastership.history(0n, 10);
      const [, designated] = rows;
      assert.deepEqual(
        [designated?.epoch, designated?.claimId, designated?.act],
        [FIRST.epoch, FIRST.claimId, "mastership.designate"],
      );
      const audited = await database.read(({ audit }) => audit.list(FIRST_PAGE));
      assert.deepEqual(
        audited.map(({ action }) => action),
        ["mastership.claim", "mastership.designate"],
      );
    });

    it("changes nothing when the decision throws", async () => {
      const [database] = await fixture.sessions(1);
      await rejectsAsPlanted(database.mastership.designate(() => Promise.reject(new Planted())));
      assert.equal((await database.mastership.read()).fence.designatedNode, undefined);
      assert.deepEqual(await database.mastership.history(0n, 10), []);
    });

    it("decides by fence and lease as they are under the locks, also after a wait", async () => {
      const [a, b = a] = await fixture.sessions(2);
      const write = fixture.heldBack();
      const claiming = a.mastership.claim(async () => {
        await write.run();
        return claimOf(FIRST);
      });
      await write.entered;
      let seen: bigint | undefined;
      const designating = b.mastership.designate((locked) => {
        seen = locked.fence.epoch;
        return Promise.resolve(DESIGNATION);
      });
      assert.ok(await isWaiting(designating, b));
      write.letGo();
      await Promise.all([claiming, designating]);
      assert.equal(seen, FIRST.epoch);
    });

    it("lets a claim write more, and nothing of it if that fails", async () => {
      const [database] = await fixture.sessions(1);
      await rejectsAsPlanted(
        database.mastership.claim(() =>
          Promise.resolve({ ...claim(), write: () => Promise.reject(new Planted()) }),
        ),
      );
      assert.equal((await database.mastership.read()).fence.epoch, 0n);
      await database.mastership.claim(() =>
        Promise.resolve({
          ...claim(),
          write: ({ nodes }) => nodes.put({ nodeId: NODE_A, warrant: "warrant of a candidate\n" }),
        }),
      );
      const node = await database.read(({ nodes }) => nodes.find(NODE_A));
      assert.equal(node?.warrant, "warrant of a candidate\n");
    });
  });
}

function designateNobody({ mastership }: SsoDatabase): Promise<void> {
  return mastership.designate(() => Promise.resolve({ ...DESIGNATION, designatedNode: undefined }));
}

function claim() {
  const { audit } = DESIGNATION;
  return { kind: "claim", mastership: FIRST, nodeId: NODE_A, ttlMs: 60_000, audit } as const;
}
