import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseNodeId } from "@chatelaine/crypto";
import type { MonotonicMs } from "../../platform/clock.ts";
import { mayDesignate } from "./designation.ts";
import {
  DESIGNATION_QUIET,
  stepDesignationWatch,
  type DesignationWatch,
} from "./designation-watch.ts";
import type { FenceAndLease, MastershipId } from "./mastership-store.ts";

const SELF = parseNodeId("nod_aaaaaaaaaaaaaaaa");
const OTHER = parseNodeId("nod_bbbbbbbbbbbbbbbb");
const THIRD = parseNodeId("nod_cccccccccccccccc");
const CONTEXT = { nodeId: SELF, patienceMs: 3000 };
const NOW_MS = 10_000;

function mastership(epoch: bigint, name = 1): MastershipId {
  return { epoch, claimId: new Uint8Array(16).fill(name) };
}

function makeRead(
  expiresAtMs: number,
  designatedNode: typeof SELF | undefined = OTHER,
): FenceAndLease {
  const id = mastership(7n);
  return {
    fence: { ...id, nodeId: OTHER, designatedNode },
    lease: { ...id, expiresAtMs },
    databaseNowMs: NOW_MS,
  };
}

describe("who may designate a node", () => {
  it("is anybody while the lease is released or has run out", () => {
    assert.equal(mayDesignate(makeRead(0), undefined), true);
    assert.equal(mayDesignate(makeRead(NOW_MS), undefined), true);
  });

  it("is nobody but the master secret server while its lease is valid", () => {
    assert.equal(mayDesignate(makeRead(NOW_MS + 1), undefined), false);
    assert.equal(mayDesignate(makeRead(NOW_MS + 1), mastership(7n)), true);
  });

  it("is not a node whose mastership is over, also if its epoch was given again", () => {
    assert.equal(mayDesignate(makeRead(NOW_MS + 1), mastership(6n)), false);
    assert.equal(mayDesignate(makeRead(NOW_MS + 1), mastership(7n, 2)), false);
  });
});

describe("the watch over the designated node", () => {
  /** Who was told to be lost, by the time of each read. */
  function told(...reads: readonly (readonly [number, FenceAndLease])[]): readonly string[] {
    let state: DesignationWatch = DESIGNATION_QUIET;
    return reads.flatMap(([at, read]) => {
      const step = stepDesignationWatch(state, { read, at: at as MonotonicMs }, CONTEXT);
      state = step.state;
      return step.lost === undefined ? [] : [`${String(at)} ${step.lost}`];
    });
  }
  const dead = makeRead(1);
  const alive = makeRead(NOW_MS + 1);

  it("tells once that it is lost, when the patience is over", () => {
    assert.deepEqual(told([0, dead], [2999, dead], [3000, dead], [9000, dead]), [`3000 ${OTHER}`]);
  });

  it("tells nothing of a restart within the patience", () => {
    assert.deepEqual(told([0, dead], [2000, alive], [2500, dead], [5000, dead]), []);
  });

  it("tells it again when it is lost again, and of another node anew", () => {
    const again = told([0, dead], [3000, dead], [4000, alive], [5000, dead], [8000, dead]);
    assert.deepEqual(again, [`3000 ${OTHER}`, `8000 ${OTHER}`]);
    const third = makeRead(1, THIRD);
    assert.deepEqual(told([0, dead], [3000, third], [5999, third], [6000, third]), [
      `6000 ${THIRD}`,
    ]);
  });

  it("is of nobody while failover is automatic, or this node is designated", () => {
    const automatic = { ...dead, fence: { ...dead.fence, designatedNode: undefined } };
    assert.deepEqual(told([0, automatic], [9000, automatic]), []);
    const own = makeRead(1, SELF);
    assert.deepEqual(told([0, own], [9000, own]), []);
  });
});
