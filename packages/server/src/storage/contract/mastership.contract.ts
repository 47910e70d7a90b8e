import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import type {
  ClaimDecision,
  FenceAndLease,
  MastershipId,
} from "../../domain/mastership/mastership-store.ts";
import type { SsoDatabase } from "../../domain/store/sso-database.ts";
import { isWaiting, Planted, rejectsAsPlanted, rejectsWith } from "./expectations.ts";
import {
  claimOf,
  filled,
  FIRST,
  FIRST_PAGE,
  Fixture,
  type MakePlace,
  NOBODY,
  NODE_A,
  NODE_B,
  SECOND,
} from "./fixtures.ts";

const REFUSAL: ClaimDecision = { kind: "refuse", reason: "lease-valid" };

const TTL_MS = 60_000;
/** The database's clock and its reading in the test are this close, on a busy machine. */
const TOLERANCE_MS = 30_000;

/** Promises of `MastershipStore` and of fenced writes (P2). */
export function mastershipContract(name: string, makePlace: MakePlace): void {
  describe(`mastership, ${name}`, () => {
    const fixture = new Fixture(makePlace);
    afterEach(() => fixture.end());

    it("begins with nobody's fence, released", async () => {
      const [database] = await fixture.sessions(1);
      const { fence, lease } = await database.mastership.read();
      assert.deepEqual(fence, { ...NOBODY, nodeId: undefined, designatedNode: undefined });
      assert.deepEqual(lease, { ...NOBODY, expiresAtMs: 0 });
    });

    it("writes fence and lease of a claim", async () => {
      const [database] = await fixture.sessions(1);
      await claim(database, FIRST);
      const { fence, lease, databaseNowMs } = await database.mastership.read();
      assert.deepEqual(fence, { ...FIRST, nodeId: NODE_A, designatedNode: undefined });
      assert.deepEqual([lease.epoch, lease.claimId], [FIRST.epoch, FIRST.claimId]);
      const remainingMs = lease.expiresAtMs - databaseNowMs;
      assert.ok(remainingMs <= TTL_MS && remainingMs > TTL_MS - TOLERANCE_MS);
    });

    it("keeps the designated node through a claim", async () => {
      const place = await fixture.foundedPlace();
      const database = await fixture.open(place.location);
      await place.execute(`update fence set designated_node = '${NODE_B}'`);
      await claim(database, FIRST);
      assert.equal((await database.mastership.read()).fence.designatedNode, NODE_B);
    });

    it("changes nothing when a claim is refused", async () => {
      const [database] = await fixture.sessions(1);
      const before = await database.mastership.read();
      assert.deepEqual(await database.mastership.claim(() => Promise.resolve(REFUSAL)), REFUSAL);
      assert.deepEqual(withoutNow(await database.mastership.read()), withoutNow(before));
      assert.deepEqual(await database.mastership.history(0n, 10), []);
    });

    it("changes nothing when the decision throws", async () => {
      const [database] = await fixture.sessions(1);
      await rejectsAsPlanted(database.mastership.claim(() => Promise.reject(new Planted())));
      assert.equal((await database.mastership.read()).fence.epoch, 0n);
    });

    it("lets the decision read what is committed", async () => {
      const [database] = await fixture.sessions(1);
      await database.mastership.claim(async (_locked, { nodes }) => {
        assert.equal((await nodes.list()).length, 1);
        return claimOf(FIRST);
      });
    });

    it("records a claim in the audit", async () => {
      const [database] = await fixture.sessions(1);
      await claim(database, FIRST);
      const rows = await database.read(({ audit }) => audit.list(FIRST_PAGE));
      assert.deepEqual(
        rows.map(({ action }) => action),
        ["mastership.claim"],
      );
    });

    it("renews the lease of the mastership that has it", async () => {
      const [database] = await fixture.sessions(1);
      await claim(database, FIRST, 1000);
      assert.equal(await database.mastership.renew(FIRST, TTL_MS), true);
      const { lease, databaseNowMs } = await database.mastership.read();
      assert.ok(lease.expiresAtMs - databaseNowMs > TTL_MS - TOLERANCE_MS);
    });

    it("renews nothing for the same epoch with another claim id", async () => {
      const [database] = await fixture.sessions(1);
      await claim(database, FIRST);
      const { lease } = await database.mastership.read();
      const twin = { ...FIRST, claimId: filled(16, 9) };
      assert.equal(await database.mastership.renew(twin, 2 * TTL_MS), false);
      assert.deepEqual((await database.mastership.read()).lease, lease);
    });

    it("renews nothing for the same claim id with another epoch", async () => {
      const [database] = await fixture.sessions(1);
      await claim(database, FIRST);
      assert.equal(await database.mastership.renew({ ...FIRST, epoch: 2n }, TTL_MS), false);
    });

    it("releases the lease of exactly this mastership", async () => {
      const [database] = await fixture.sessions(1);
      await claim(database, FIRST);
      assert.equal(await database.mastership.release(SECOND), false);
      assert.equal(await database.mastership.release(FIRST), true);
      assert.equal((await database.mastership.read()).lease.expiresAtMs, 0);
    });

    it("renews nothing after a release", async () => {
      const [database] = await fixture.sessions(1);
      await claim(database, FIRST);
      await database.mastership.release(FIRST);
      assert.equal(await database.mastership.renew(FIRST, TTL_MS), false);
    });

    it("tells in order which mastership committed what", async () => {
      const [database] = await fixture.sessions(1);
      await claim(database, FIRST);
      await database.fenced(FIRST, "charter.put", () => Promise.resolve());
      await rejectsAsPlanted(
        database.fenced(FIRST, "rolled.back", () => Promise.reject(new Planted())),
      );
      await claim(database, SECOND);
      const rows = await database.mastership.history(0n, 10);
      assert.deepEqual(
        rows.map(({ epoch, claimId, act }) => [epoch, claimId, act]),
        [
          [1n, FIRST.claimId, "claim"],
          [1n, FIRST.claimId, "charter.put"],
          [2n, SECOND.claimId, "claim"],
        ],
      );
      assert.deepEqual(await database.mastership.history(rows[1]?.serial ?? 0n, 1), [rows[2]]);
    });

    it("fences a write of a mastership that is over", async () => {
      const [database] = await fixture.sessions(1);
      await claim(database, FIRST);
      await claim(database, SECOND);
      await rejectsWith(
        database.fenced(FIRST, "late", () => assert.fail("must not run")),
        "epoch-fenced",
      );
    });

    it("fences a write of the same epoch under another claim id", async () => {
      const [database] = await fixture.sessions(1);
      await claim(database, FIRST);
      const twin = { ...FIRST, claimId: filled(16, 9) };
      await rejectsWith(
        database.fenced(twin, "twin", () => assert.fail("must not run")),
        "epoch-fenced",
      );
    });

    it("lets a claim wait for the fenced write in flight", async () => {
      const [a, b] = await twoSessions(fixture);
      await claim(a, FIRST);
      const write = fixture.heldBack();
      const fenced = a.fenced(FIRST, "slow", write.run);
      await write.entered;
      const claiming = claim(b, SECOND);
      assert.ok(await isWaiting(claiming, b));
      write.letGo();
      await Promise.all([fenced, claiming]);
      const acts = (await a.mastership.history(0n, 10)).map(({ epoch, act }) => [epoch, act]);
      assert.deepEqual(acts, [
        [1n, "claim"],
        [1n, "slow"],
        [2n, "claim"],
      ]);
    });

    it("shows the second of two claims the fence and lease of the first", async () => {
      const [a, b] = await twoSessions(fixture);
      const first = fixture.heldBack();
      const claimingA = a.mastership.claim(async () => {
        await first.run();
        return claimOf(FIRST, { ttlMs: TTL_MS });
      });
      await first.entered;
      let seen: FenceAndLease | undefined;
      const claimingB = b.mastership.claim((locked) => {
        seen = locked;
        return Promise.resolve(REFUSAL);
      });
      assert.ok(await isWaiting(claimingB, b));
      first.letGo();
      await Promise.all([claimingA, claimingB]);
      assert.deepEqual([seen?.fence.epoch, seen?.lease.epoch], [1n, 1n]);
      assert.ok((seen?.lease.expiresAtMs ?? 0) > (seen?.databaseNowMs ?? Infinity));
    });

    it("gives a claim that waited its whole lease, from when it is made", async () => {
      const [a, b] = await twoSessions(fixture);
      await claim(a, FIRST);
      const write = fixture.heldBack();
      const fenced = a.fenced(FIRST, "slow", write.run);
      await write.entered;
      const claiming = claim(b, SECOND);
      assert.ok(await isWaiting(claiming, b));
      const { databaseNowMs } = await b.mastership.read();
      write.letGo();
      await Promise.all([fenced, claiming]);
      assert.ok((await b.mastership.read()).lease.expiresAtMs >= databaseNowMs + TTL_MS);
    });

    it("fences a write that waited for a claim", async () => {
      const [a, b] = await twoSessions(fixture);
      await claim(a, FIRST);
      const second = fixture.heldBack();
      const claiming = b.mastership.claim(async () => {
        await second.run();
        return claimOf(SECOND, { nodeId: NODE_B });
      });
      await second.entered;
      const write = a.fenced(FIRST, "late", () => assert.fail("must not run"));
      assert.ok(await isWaiting(write, a));
      second.letGo();
      await claiming;
      await rejectsWith(write, "epoch-fenced");
    });

    it("does fenced writes one at a time", async () => {
      const [a, b] = await twoSessions(fixture);
      await claim(a, FIRST);
      const first = fixture.heldBack();
      const firstWrite = a.fenced(FIRST, "first", first.run);
      await first.entered;
      const secondWrite = b.fenced(FIRST, "second", () => Promise.resolve());
      assert.ok(await isWaiting(secondWrite, b));
      first.letGo();
      await Promise.all([firstWrite, secondWrite]);
      const acts = (await a.mastership.history(0n, 10)).map(({ act }) => act);
      assert.deepEqual(acts, ["claim", "first", "second"]);
    });

    it("renews at once while an ordinary write is in flight elsewhere", async () => {
      const [a, b] = await twoSessions(fixture);
      await claim(a, FIRST);
      const write = fixture.heldBack();
      const writing = b.write(write.run);
      await write.entered;
      const renewing = a.mastership.renew(FIRST, TTL_MS);
      if (a.kind === "postgres") {
        assert.equal(await renewing, true);
      }
      write.letGo(); // SQLite has one writer, and every write is short.
      await writing;
      assert.equal(await renewing, true);
    });
  });
}

function claim(database: SsoDatabase, mastership: MastershipId, ttlMs = TTL_MS): Promise<unknown> {
  return database.mastership.claim(() => Promise.resolve(claimOf(mastership, { ttlMs })));
}

async function twoSessions(fixture: Fixture): Promise<readonly [SsoDatabase, SsoDatabase]> {
  const { location } = await fixture.foundedPlace();
  const sessions = [await fixture.open(location), await fixture.open(location)] as const;
  for (const session of sessions) {
    // Connects, so that what does not wait for a lock waits for nothing else either.
    await session.mastership.claim(() => Promise.resolve(REFUSAL));
  }
  return sessions;
}

function withoutNow({ fence, lease }: FenceAndLease): Omit<FenceAndLease, "databaseNowMs"> {
  return { fence, lease };
}
