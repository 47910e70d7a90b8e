import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { parseNodeId } from "@chatelaine/crypto";
import { CodedError, isCoded } from "../../src/base/coded-error.ts";
import { Defect } from "../../src/base/invariant.ts";
import { MastershipLoop, type MastershipLoopDeps } from "../../src/cluster/mastership-loop.ts";
import { claimProblem } from "../../src/domain/mastership/claim-rule.ts";
import { isSameMastership } from "../../src/domain/mastership/same-mastership.ts";
import type { AuditEntry } from "../../src/domain/audit/audit-store.ts";
import type {
  ClaimDecision,
  FenceAndLease,
  MastershipId,
} from "../../src/domain/mastership/mastership-store.ts";
import { MASTERSHIP_TIMINGS } from "../../src/domain/mastership/mastership-timings.ts";
import type { FencedStores, ReadStores } from "../../src/domain/store/sso-database.ts";
import { ManualTime, settled } from "../support/manual-time.ts";

const SELF = parseNodeId("nod_aaaaaaaaaaaaaaaa");
const OTHER = parseNodeId("nod_bbbbbbbbbbbbbbbb");
const NO_STORES = {} as unknown;

/** Fence and lease in memory: enough to drive the loop, whose rules are tested elsewhere. */
class MemoryMastership {
  readonly #time: ManualTime;
  fence: FenceAndLease["fence"] = {
    epoch: 0n,
    claimId: new Uint8Array(16),
    nodeId: undefined,
    designatedNode: undefined,
  };
  expiresAtMs = 0;
  isDown = false;
  renewals = 0;

  constructor(time: ManualTime) {
    this.#time = time;
  }

  read(): Promise<FenceAndLease> {
    return this.#answer(() => ({
      fence: this.fence,
      lease: { ...this.fence, expiresAtMs: this.expiresAtMs },
      databaseNowMs: this.#time.wallTime(),
    }));
  }

  async claim(
    decide: (locked: FenceAndLease, stores: ReadStores) => Promise<ClaimDecision>,
  ): Promise<ClaimDecision> {
    const decision = await decide(await this.read(), NO_STORES as ReadStores);
    if (decision.kind === "claim") {
      this.take(decision.mastership, decision.nodeId);
    }
    return decision;
  }

  renew(id: MastershipId, ttlMs: number): Promise<boolean> {
    return this.#answer(() => {
      this.renewals += 1;
      const isOurs = isSameMastership(this.fence, id) && this.expiresAtMs !== 0;
      this.expiresAtMs = isOurs ? this.#time.wallTime() + ttlMs : this.expiresAtMs;
      return isOurs;
    });
  }

  release(id: MastershipId): Promise<boolean> {
    return this.#answer(() => {
      const isOurs = isSameMastership(this.fence, id);
      this.expiresAtMs = isOurs ? 0 : this.expiresAtMs;
      return isOurs;
    });
  }

  designate(): Promise<never> {
    return Promise.reject(new Defect("the loop designates nobody"));
  }

  history(): Promise<never> {
    return Promise.reject(new Defect("the loop reads no history"));
  }

  take(id: MastershipId, nodeId: typeof SELF): void {
    this.fence = { ...id, nodeId, designatedNode: undefined };
    this.expiresAtMs = this.#time.wallTime() + MASTERSHIP_TIMINGS.ttlMs;
  }

  #answer<T>(value: () => T): Promise<T> {
    return this.isDown
      ? Promise.reject(new CodedError("database-unavailable"))
      : Promise.resolve(value());
  }
}

interface Harness {
  readonly time: ManualTime;
  readonly rows: MemoryMastership;
  readonly loop: MastershipLoop;
  readonly announced: string[];
  readonly failed: string[];
  /** Refusals of claims, and broken invariants. */
  readonly said: string[];
}

function makeHarness(
  fenced: MastershipLoopDeps["database"]["fenced"] = (_id, _act, run) =>
    run(NO_STORES as FencedStores),
): Harness {
  const time = new ManualTime();
  const rows = new MemoryMastership(time);
  const announced: string[] = [];
  const failed: string[] = [];
  const said: string[] = [];
  let claims = 0;
  const loop = new MastershipLoop({
    database: { mastership: rows, fenced },
    clock: time,
    scheduler: time,
    context: { nodeId: SELF, timings: MASTERSHIP_TIMINGS },
    decide: (locked, _stores, attempt) => {
      const request = { nodeId: SELF, ttlMs: MASTERSHIP_TIMINGS.ttlMs, ...attempt };
      const reason = claimProblem(locked, request);
      claims += 1;
      return Promise.resolve(
        reason === undefined
          ? {
              kind: "claim",
              mastership: {
                epoch: locked.fence.epoch + 1n,
                claimId: new Uint8Array(16).fill(claims),
              },
              nodeId: SELF,
              ttlMs: MASTERSHIP_TIMINGS.ttlMs,
              audit: {} as AuditEntry,
            }
          : { kind: "refuse", reason },
      );
    },
    observer: {
      changed: () => undefined,
      announced: ({ what }) => announced.push(what),
      failed: (what) => failed.push(what),
      refused: (reason) => said.push(reason),
      broken: () => said.push("broken"),
    },
  });
  return { time, rows, loop, announced, failed, said };
}

function epochOf({ state }: MastershipLoop): bigint | undefined {
  return state.kind === "active" ? state.id.epoch : undefined;
}

function coded(code: Parameters<typeof isCoded>[1]) {
  return (error: unknown): boolean => isCoded(error, code);
}

describe("the mastership loop", () => {
  let harness: Harness;
  beforeEach(() => {
    harness = makeHarness();
  });

  it("does not claim before it may", async () => {
    harness.loop.start();
    await harness.time.run(10_000);
    assert.equal(harness.loop.state.kind, "standby");
    await harness.loop.stop();
  });

  it("claims a free role at once, and renews it for as long as it lives", async () => {
    harness.loop.setMayClaim(true);
    harness.loop.start();
    await harness.time.run(1);
    assert.equal(harness.loop.state.kind, "active");
    await harness.time.run(60_000);
    assert.equal(harness.loop.state.kind, "active");
    assert.ok(harness.rows.renewals >= 59);
    assert.deepEqual(harness.announced, ["acquired"]);
    await harness.loop.stop();
  });

  it("takes an expired lease of another after the expiry was confirmed", async () => {
    harness.rows.take({ epoch: 4n, claimId: new Uint8Array(16).fill(9) }, OTHER);
    harness.loop.setMayClaim(true);
    harness.loop.start();
    await harness.time.run(MASTERSHIP_TIMINGS.ttlMs);
    assert.equal(harness.loop.state.kind, "standby");
    await harness.time.run(1000);
    assert.deepEqual(epochOf(harness.loop), 5n);
    await harness.loop.stop();
  });

  it("is suspended while the database is away, writes nothing, and resumes by itself", async () => {
    harness.loop.setMayClaim(true);
    harness.loop.start();
    await harness.time.run(1);
    harness.rows.isDown = true;
    await harness.time.run(MASTERSHIP_TIMINGS.ttlMs + 1000);
    assert.equal(harness.loop.state.kind, "suspended");
    await assert.rejects(
      harness.loop.fenced("act", () => Promise.resolve()),
      coded("not-master-secret-server"),
    );
    harness.rows.isDown = false;
    await harness.time.run(1000);
    assert.equal(harness.loop.state.kind, "active");
    assert.deepEqual(harness.announced, ["acquired", "suspended", "resumed"]);
    assert.ok(harness.failed.every((what) => what === "renew"));
    await harness.loop.stop();
  });

  it("notices by itself, before a fenced write, that its validity has run out", async () => {
    const frozen = harness;
    frozen.loop.setMayClaim(true);
    frozen.loop.start();
    await frozen.time.run(1);
    frozen.time.advance(MASTERSHIP_TIMINGS.ttlMs); // the process was frozen: no timer ran
    await assert.rejects(
      frozen.loop.fenced("act", () => Promise.resolve()),
      coded("not-master-secret-server"),
    );
    await frozen.loop.stop();
  });

  it("goes back to standby when a renewal finds another mastership", async () => {
    harness.loop.setMayClaim(true);
    harness.loop.start();
    await harness.time.run(1);
    harness.rows.take({ epoch: 9n, claimId: new Uint8Array(16).fill(9) }, OTHER);
    await harness.time.run(MASTERSHIP_TIMINGS.renewalMs);
    assert.equal(harness.loop.state.kind, "standby");
    assert.deepEqual(harness.announced, ["acquired", "lost"]);
    await harness.loop.stop();
    assert.notEqual(harness.rows.expiresAtMs, 0, "the other's lease is not released");
  });

  it("gives up the role when a fenced write meets a moved fence", async () => {
    const fenced = makeHarness(() => Promise.reject(new CodedError("epoch-fenced")));
    fenced.loop.setMayClaim(true);
    fenced.loop.start();
    await fenced.time.run(1);
    await assert.rejects(
      fenced.loop.fenced("act", () => Promise.resolve()),
      coded("epoch-fenced"),
    );
    assert.equal(fenced.loop.state.kind, "standby");
    await fenced.loop.stop();
  });

  it("gives up the role when an invariant is broken in a fenced write, and claims after a pause", async () => {
    harness.loop.setMayClaim(true);
    harness.loop.start();
    await harness.time.run(1);
    await assert.rejects(
      harness.loop.fenced("act", () => Promise.reject(new Defect("broken"))),
      Defect,
    );
    await settled();
    assert.equal(harness.rows.expiresAtMs, 0);
    assert.deepEqual(harness.said, ["broken"]);
    await harness.time.run(3 * MASTERSHIP_TIMINGS.ttlMs - MASTERSHIP_TIMINGS.pollMs);
    assert.equal(harness.loop.state.kind, "standby");
    await harness.time.run(2 * MASTERSHIP_TIMINGS.pollMs);
    assert.deepEqual(epochOf(harness.loop), 2n);
    await harness.loop.stop();
  });

  it("stands down when it may claim no more, and takes the role up when it may again", async () => {
    harness.loop.setMayClaim(true);
    harness.loop.start();
    await harness.time.run(1);
    await harness.loop.standDown();
    assert.equal(harness.rows.expiresAtMs, 0);
    await harness.time.run(10_000);
    assert.equal(harness.loop.state.kind, "standby");
    harness.loop.setMayClaim(true);
    await harness.time.run(1);
    assert.equal(harness.loop.state.kind, "active");
    await harness.loop.stop();
  });

  it("leaves the role to others for the time said, unless it is to claim again before", async () => {
    harness.loop.setMayClaim(true);
    harness.loop.start();
    await harness.time.run(1);
    await harness.loop.stepDown(5000);
    await harness.time.run(4700);
    assert.equal(harness.rows.expiresAtMs, 0, "nobody has the role");
    await harness.time.run(600);
    assert.equal(harness.loop.state.kind, "active");
    await harness.loop.stepDown(5000);
    harness.loop.resumeClaims();
    await harness.time.run(1);
    assert.equal(harness.loop.state.kind, "active");
    await harness.loop.stop();
  });

  it("takes a role within milliseconds that it was told is about to be free", async () => {
    const other = { epoch: 4n, claimId: new Uint8Array(16).fill(9) };
    harness.rows.take(other, OTHER);
    harness.loop.setMayClaim(true);
    harness.loop.start();
    await harness.time.run(1);
    harness.loop.hurry(MASTERSHIP_TIMINGS.pollMs);
    await harness.time.run(25);
    await harness.rows.release(other);
    await harness.time.run(11);
    assert.equal(harness.loop.state.kind, "active");
    await harness.loop.stop();
  });

  it("asks less often, and says why, while it is refused for what no other look mends", async () => {
    harness.rows.fence = { ...harness.rows.fence, designatedNode: OTHER };
    harness.loop.setMayClaim(true);
    harness.loop.start();
    await harness.time.run(10 * 8 * MASTERSHIP_TIMINGS.pollMs);
    assert.ok(harness.said.length <= 11 && harness.said.length >= 9, String(harness.said.length));
    assert.deepEqual([...new Set(harness.said)], ["not-designated"]);
    await assert.rejects(async () => {
      const refused = harness.loop.becomeMaster(8 * MASTERSHIP_TIMINGS.pollMs);
      await Promise.all([refused, harness.time.run(8 * MASTERSHIP_TIMINGS.pollMs)]);
    }, coded("not-master-secret-server"));
    await harness.loop.stop();
  });

  it("says that the database is away, not that another node has the role", async () => {
    harness.rows.isDown = true;
    harness.loop.setMayClaim(true);
    harness.loop.start();
    await assert.rejects(async () => {
      await Promise.all([harness.loop.becomeMaster(1000), harness.time.run(1000)]);
    }, coded("database-unavailable"));
    await harness.loop.stop();
  });

  it("leaves nobody waiting for the role when it stops", async () => {
    harness.rows.take({ epoch: 4n, claimId: new Uint8Array(16).fill(9) }, OTHER);
    harness.loop.setMayClaim(true);
    harness.loop.start();
    const refused = assert.rejects(
      harness.loop.becomeMaster(60_000),
      coded("not-master-secret-server"),
    );
    await harness.loop.stop();
    await refused;
    assert.equal(harness.time.waitingCount, 0);
  });

  it("releases the lease at stop, after the fenced write under way", async () => {
    let finish = (): void => undefined;
    harness.loop.setMayClaim(true);
    harness.loop.start();
    await harness.time.run(1);
    const write = harness.loop.fenced(
      "act",
      () =>
        new Promise<void>((resolve) => {
          finish = resolve;
        }),
    );
    const stopped = harness.loop.stop();
    await settled();
    assert.notEqual(harness.rows.expiresAtMs, 0);
    finish();
    await Promise.all([write, stopped]);
    assert.equal(harness.rows.expiresAtMs, 0);
    assert.equal(harness.time.waitingCount, 0);
  });

  it("says when the role could not be had in time", async () => {
    harness.rows.take({ epoch: 4n, claimId: new Uint8Array(16).fill(9) }, OTHER);
    harness.loop.setMayClaim(true);
    harness.loop.start();
    const refused = assert.rejects(
      harness.loop.becomeMaster(100),
      coded("master-secret-server-active"),
    );
    await harness.time.run(100);
    await refused;
    await harness.loop.stop();
  });
});
