import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseNodeId } from "@chatelaine/crypto";
import fc from "fast-check";
import type { MonotonicMs } from "../../platform/clock.ts";
import { isSameMastership } from "./same-mastership.ts";
import {
  STANDBY,
  stepMastership,
  type Mastership,
  type MastershipContext,
  type MastershipEvent,
} from "./mastership.ts";
import type { FenceAndLease, MastershipId } from "./mastership-store.ts";
import { MASTERSHIP_TIMINGS } from "./mastership-timings.ts";

const SELF = parseNodeId("nod_aaaaaaaaaaaaaaaa");
const OTHER = parseNodeId("nod_bbbbbbbbbbbbbbbb");
const CONTEXT: MastershipContext = {
  nodeId: SELF,
  timings: MASTERSHIP_TIMINGS,
};

function mastership(epoch: number, name = 1): MastershipId {
  return { epoch: BigInt(epoch), claimId: new Uint8Array(16).fill(name) };
}

function at(ms: number): MonotonicMs {
  return ms as MonotonicMs;
}

function makeRead(parts: {
  expiresAtMs: number;
  nowMs?: number;
  id?: MastershipId;
  nodeId?: typeof SELF;
}): FenceAndLease {
  const id = parts.id ?? mastership(1);
  return {
    fence: { ...id, nodeId: parts.nodeId ?? OTHER, designatedNode: undefined },
    lease: { ...id, expiresAtMs: parts.expiresAtMs },
    databaseNowMs: parts.nowMs ?? 10_000,
  };
}

function run(events: readonly MastershipEvent[], from: Mastership = STANDBY) {
  return events.reduce(
    ({ state, actions }, event) => {
      const next = stepMastership(state, event, CONTEXT);
      return { state: next.state, actions: [...actions, ...next.actions] };
    },
    { state: from, actions: [] as ReturnType<typeof stepMastership>["actions"][number][] },
  );
}

const active: Mastership = { kind: "active", id: mastership(2), validUntil: at(5000) };

describe("a node on standby", () => {
  it("claims a released lease at once", () => {
    const read = makeRead({ expiresAtMs: 0 });
    assert.deepEqual(run([{ kind: "seen", read, at: at(0) }]), {
      state: { kind: "claiming" },
      actions: [{ kind: "claim", seen: read, basis: { kind: "released" } }],
    });
  });

  it("claims at once what its own earlier process held", () => {
    const read = makeRead({ expiresAtMs: 12_000, nodeId: SELF });
    const { actions } = run([{ kind: "seen", read, at: at(0) }]);
    assert.deepEqual(actions, [
      { kind: "claim", seen: read, basis: { kind: "own-earlier-process", of: mastership(1) } },
    ]);
  });

  it("waits while another's lease is valid", () => {
    const read = makeRead({ expiresAtMs: 12_000 });
    const looks: MastershipEvent[] = [0, 250, 900].map((ms) => ({
      kind: "seen",
      read,
      at: at(ms),
    }));
    assert.deepEqual(run(looks), { state: STANDBY, actions: [] });
  });

  it("claims an expired lease only when it was seen so twice, far enough apart", () => {
    const read = makeRead({ expiresAtMs: 9_000 });
    const look = (ms: number): MastershipEvent => ({ kind: "seen", read, at: at(ms) });
    assert.deepEqual(run([look(0), look(499)]).actions, []);
    assert.deepEqual(run([look(0), look(499), look(500)]).actions, [
      { kind: "claim", seen: read, basis: { kind: "expired" } },
    ]);
  });

  it("starts counting anew when the lease was renewed in between", () => {
    const looks = [
      { read: makeRead({ expiresAtMs: 9_000 }), ms: 0 },
      { read: makeRead({ expiresAtMs: 9_900 }), ms: 600 },
      { read: makeRead({ expiresAtMs: 9_900 }), ms: 700 },
    ].map(({ read, ms }): MastershipEvent => ({ kind: "seen", read, at: at(ms) }));
    assert.deepEqual(run(looks).actions, []);
  });

  it("takes a lease further ahead than any can be for expired: the clock jumped", () => {
    const read = makeRead({ expiresAtMs: 10_000 + 60_001 });
    const look = (ms: number): MastershipEvent => ({ kind: "seen", read, at: at(ms) });
    assert.equal(run([look(0), look(500)]).actions.length, 1);
  });

  it("ignores replies that come late", () => {
    const late: MastershipEvent[] = [
      { kind: "claimed", id: mastership(1), sentAt: at(0) },
      { kind: "renewed", id: mastership(1), sentAt: at(0) },
      { kind: "fence-moved", id: mastership(1) },
      { kind: "drained" },
      { kind: "tick", now: at(9) },
    ];
    assert.deepEqual(run(late), { state: STANDBY, actions: [] });
  });
});

describe("a claim", () => {
  it("counts its validity from before the request was sent", () => {
    const { state } = run([{ kind: "claimed", id: mastership(4), sentAt: at(100) }], {
      kind: "claiming",
    });
    assert.deepEqual(state, { kind: "active", id: mastership(4), validUntil: at(3100) });
  });

  it("leads back to standby when it is refused or fails", () => {
    assert.deepEqual(run([{ kind: "claim-ended-without" }], { kind: "claiming" }).state, STANDBY);
  });
});

describe("a mastership", () => {
  it("is suspended when its validity runs out, and resumes by a renewal that finds it", () => {
    const { state, actions } = run([{ kind: "tick", now: at(5000) }], active);
    assert.deepEqual(state, { kind: "suspended", id: mastership(2) });
    assert.deepEqual(actions, [{ kind: "announce", what: "suspended", id: mastership(2) }]);
    const resumed = run([{ kind: "renewed", id: mastership(2), sentAt: at(6000) }], state);
    assert.deepEqual(resumed.state, { ...active, validUntil: at(9000) });
  });

  it("is not extended by a late reply to a renewal of another mastership", () => {
    for (const id of [mastership(1), mastership(2, 9)]) {
      const { state } = run([{ kind: "renewed", id, sentAt: at(9000) }], active);
      assert.deepEqual(state, active);
    }
  });

  it("is not shortened by a late reply", () => {
    const { state } = run([{ kind: "renewed", id: mastership(2), sentAt: at(1) }], active);
    assert.deepEqual(state, active);
  });

  it("ends its fenced writes when the fence has moved", () => {
    assert.deepEqual(run([{ kind: "fence-moved", id: mastership(2) }], active), {
      state: STANDBY,
      actions: [
        { kind: "end-fenced-writes", id: mastership(2) },
        { kind: "announce", what: "lost", id: mastership(2) },
      ],
    });
  });

  it("releases its lease only after its fenced writes have ended", () => {
    const asked = run([{ kind: "step-down-asked" }], active);
    assert.deepEqual(asked.actions, [{ kind: "end-fenced-writes", id: mastership(2) }]);
    assert.deepEqual(run([{ kind: "drained" }], asked.state), {
      state: STANDBY,
      actions: [
        { kind: "release", id: mastership(2) },
        { kind: "announce", what: "released", id: mastership(2) },
      ],
    });
  });

  it("releases nothing that was taken from it while it stepped down", () => {
    const steppingDown: Mastership = { kind: "stepping-down", id: mastership(2) };
    const { state, actions } = run([{ kind: "fence-moved", id: mastership(2) }], steppingDown);
    assert.deepEqual(state, STANDBY);
    assert.ok(actions.every(({ kind }) => kind !== "release"));
  });
});

const ids = fc.constantFrom(mastership(1), mastership(2), mastership(2, 9), mastership(3));
const instants = fc.integer({ min: 0, max: 20_000 }).map(at);
const reads = fc
  .record({
    id: ids,
    expiresAtMs: fc.constantFrom(0, 8_000, 12_000, 40_000),
    nodeId: fc.constantFrom(SELF, OTHER),
  })
  .map(makeRead);
const events: fc.Arbitrary<MastershipEvent> = fc.oneof(
  fc.record({ kind: fc.constant("seen" as const), read: reads, at: instants }),
  fc.record({ kind: fc.constant("claimed" as const), id: ids, sentAt: instants }),
  fc.record({ kind: fc.constant("renewed" as const), id: ids, sentAt: instants }),
  fc.record({ kind: fc.constant("fence-moved" as const), id: ids }),
  fc.record({ kind: fc.constant("tick" as const), now: instants }),
  fc.constantFrom<MastershipEvent>(
    { kind: "claim-ended-without" },
    { kind: "step-down-asked" },
    { kind: "drained" },
  ),
);

describe("whatever happens", () => {
  it("a node becomes active only by a claim of its own, or the renewal of what it still holds", () => {
    fc.assert(
      fc.property(fc.array(events, { maxLength: 40 }), (list) => {
        let state: Mastership = STANDBY;
        for (const event of list) {
          const before: Mastership = state;
          ({ state } = stepMastership(state, event, CONTEXT));
          if (state.kind === "active" && before.kind !== "active") {
            const isClaimed = before.kind === "claiming" && event.kind === "claimed";
            const isResumed =
              before.kind === "suspended" &&
              event.kind === "renewed" &&
              isSameMastership(event.id, before.id);
            assert.ok(isClaimed || isResumed);
          }
        }
      }),
    );
  });

  it("validity never shrinks while a mastership lasts, and never exceeds a ttl from what was sent", () => {
    fc.assert(
      fc.property(fc.array(events, { maxLength: 40 }), (list) => {
        let state: Mastership = STANDBY;
        for (const event of list) {
          const before: Mastership = state;
          ({ state } = stepMastership(state, event, CONTEXT));
          if (before.kind === "active" && state.kind === "active") {
            assert.ok(state.validUntil >= before.validUntil);
            assert.ok(isSameMastership(state.id, before.id));
          }
          if (state.kind === "active" && state !== before && "sentAt" in event) {
            assert.equal(state.validUntil, event.sentAt + CONTEXT.timings.ttlMs);
          }
        }
      }),
    );
  });

  it("a lease is released only by the mastership that stepped down", () => {
    fc.assert(
      fc.property(fc.array(events, { maxLength: 40 }), (list) => {
        let state: Mastership = STANDBY;
        for (const event of list) {
          const before: Mastership = state;
          const next = stepMastership(state, event, CONTEXT);
          for (const action of next.actions) {
            if (action.kind === "release") {
              assert.ok(before.kind === "stepping-down" && isSameMastership(before.id, action.id));
            }
          }
          ({ state } = next);
        }
      }),
    );
  });
});
