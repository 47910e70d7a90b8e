import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import { parseNodeId } from "@chatelaine/crypto";
import type { InvitationRow } from "../../domain/node/invitation-store.ts";
import type { SsoDatabase } from "../../domain/store/sso-database.ts";
import { plusMs } from "../../platform/clock.ts";
import { rejectsAsDefect } from "./expectations.ts";
import { AT_MS, claimOf, FIRST, Fixture, type MakePlace, NODE_A, NODE_B } from "./fixtures.ts";

const NODE_C = parseNodeId("nod_cccccccccccccccc");
const LATER_MS = plusMs(AT_MS, 1000);

/** Promises of the store of invitations, which only the master secret server writes. */
export function invitationsContract(name: string, makePlace: MakePlace): void {
  describe(`invitations, ${name}`, () => {
    const fixture = new Fixture(makePlace);
    afterEach(() => fixture.end());

    it("are found as they were added, not redeemed yet", async () => {
      const database = await mastered(fixture);
      await add(database, NODE_B);
      assert.deepEqual(await find(database, NODE_B), {
        nodeId: NODE_B,
        note: `invitation of ${NODE_B}\n— key ü\n`,
        expiresAtMs: AT_MS,
        redeemedAtMs: undefined,
      });
      assert.equal(await find(database, NODE_A), undefined);
    });

    it("are redeemed once, and say when", async () => {
      const database = await mastered(fixture);
      await add(database, NODE_B);
      assert.equal(await redeem(database, NODE_B, AT_MS), true);
      assert.equal(await redeem(database, NODE_B, LATER_MS), false);
      assert.equal((await find(database, NODE_B))?.redeemedAtMs, AT_MS);
    });

    it("are not redeemed if they are not there", async () => {
      const database = await mastered(fixture);
      assert.equal(await redeem(database, NODE_B, AT_MS), false);
      assert.equal(await find(database, NODE_B), undefined);
    });

    it("are open again if the transaction that redeemed them failed", async () => {
      const database = await mastered(fixture);
      await add(database, NODE_B);
      const failing = database.fenced(FIRST, "join", async ({ invitations }) => {
        await invitations.redeem(NODE_B, AT_MS);
        throw new TypeError("in the middle");
      });
      await assert.rejects(failing, TypeError);
      assert.equal(await redeem(database, NODE_B, LATER_MS), true);
    });

    it("are of one node each", async () => {
      const database = await mastered(fixture);
      await add(database, NODE_B);
      await rejectsAsDefect(add(database, NODE_B));
    });

    it("are cleared away some time after they have expired, the oldest first", async () => {
      const database = await mastered(fixture);
      await add(database, NODE_B, plusMs(AT_MS, -1));
      await add(database, NODE_C, plusMs(AT_MS, -2));
      await add(database, NODE_A, AT_MS);
      const prune = (limit: number) =>
        database.fenced(FIRST, "invite", ({ invitations }) => invitations.prune(AT_MS, limit));
      await prune(1);
      assert.equal(await find(database, NODE_C), undefined);
      assert.notEqual(await find(database, NODE_B), undefined);
      await prune(10);
      assert.equal(await find(database, NODE_B), undefined);
      assert.notEqual(await find(database, NODE_A), undefined);
    });
  });
}

async function mastered(fixture: Fixture): Promise<SsoDatabase> {
  const [database] = await fixture.sessions(1);
  await database.mastership.claim(() => Promise.resolve(claimOf(FIRST)));
  return database;
}

type NodeId = InvitationRow["nodeId"];

function add(database: SsoDatabase, nodeId: NodeId, expiresAtMs = AT_MS): Promise<void> {
  const note = `invitation of ${nodeId}\n— key ü\n`;
  return database.fenced(FIRST, "invite", ({ invitations }) =>
    invitations.add({ nodeId, note, expiresAtMs }),
  );
}

function find(database: SsoDatabase, nodeId: NodeId): Promise<InvitationRow | undefined> {
  return database.read(({ invitations }) => invitations.find(nodeId));
}

function redeem(database: SsoDatabase, nodeId: NodeId, atMs: typeof AT_MS): Promise<boolean> {
  return database.fenced(FIRST, "join", ({ invitations }) => invitations.redeem(nodeId, atMs));
}
