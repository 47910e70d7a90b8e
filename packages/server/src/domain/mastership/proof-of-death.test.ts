import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseNodeId } from "@chatelaine/crypto";
import type { MonotonicMs } from "../../platform/clock.ts";
import type { FenceAndLease, MastershipId } from "./mastership-store.ts";
import { MASTERSHIP_TIMINGS } from "./mastership-timings.ts";
import {
  NO_LIFE_SIGNS,
  proofFor,
  stepLifeSigns,
  type LifeEvent,
  type LifeSigns,
  type ProofOfDeath,
  type ProcessId,
} from "./proof-of-death.ts";

const MASTER = parseNodeId("nod_aaaaaaaaaaaaaaaa");
const OTHER = parseNodeId("nod_bbbbbbbbbbbbbbbb");
const ADDRESS = "192.0.2.1:7443";
const { ttlMs, renewalUnderWayMs, contradictedBarMs } = MASTERSHIP_TIMINGS;
/** Older than a ttl, so that a proof counts. */
const LATER = 2 * ttlMs;

function at(ms: number): MonotonicMs {
  return ms as MonotonicMs;
}

function mastership(epoch: number): MastershipId {
  return { epoch: BigInt(epoch), claimId: new Uint8Array(16).fill(epoch) };
}

function process(name: number): ProcessId {
  return new Uint8Array(16).fill(name);
}

function rowsOf(id: MastershipId, expiresAtMs: number): FenceAndLease {
  return {
    fence: { ...id, nodeId: MASTER, designatedNode: undefined },
    lease: { ...id, expiresAtMs },
    databaseNowMs: 0,
  };
}

/** The mastership of epoch 1, unless another is named. */
function read(ms: number, expiresAtMs = 10_000, id = mastership(1)): LifeEvent {
  return { kind: "read", read: rowsOf(id, expiresAtMs), at: at(ms) };
}

function heard(ms: number, name: number, parts: { holds?: MastershipId; askedAt?: number } = {}) {
  const askedAt = at(parts.askedAt ?? ms);
  const sign = { nodeId: MASTER, process: process(name), holds: parts.holds, askedAt };
  return { kind: "heard", sign, at: at(ms) } as const;
}

function refused(ms: number, parts: { of?: MastershipId; nodeId?: typeof MASTER } = {}) {
  return {
    kind: "refused",
    of: parts.of ?? mastership(1),
    nodeId: parts.nodeId ?? MASTER,
    process: process(1),
    address: ADDRESS,
    at: at(ms),
  } as const;
}

function after(events: readonly LifeEvent[]) {
  const contradicted: string[] = [];
  const state = events.reduce<LifeSigns>((before, event) => {
    const step = stepLifeSigns(before, event, MASTERSHIP_TIMINGS);
    if (step.contradicted !== undefined) {
      contradicted.push(step.contradicted.address);
    }
    return step.state;
  }, NO_LIFE_SIGNS);
  return { state, contradicted };
}

function proofAfter(
  events: readonly LifeEvent[],
  seen: { ms?: number; id?: MastershipId } = {},
): ProofOfDeath["kind"] | undefined {
  const row = rowsOf(seen.id ?? mastership(1), 10_000);
  const now = { read: row, at: at(seen.ms ?? LATER + 1) };
  return proofFor(after(events).state, now, MASTERSHIP_TIMINGS)?.kind;
}

const SEEN = [read(0), heard(1, 1, { holds: mastership(1) })];

describe("a master secret server is proved dead", () => {
  it("when its stream broke and its address refuses", () => {
    assert.equal(proofAfter([...SEEN, refused(LATER)]), "refused");
  });

  it("when its node is heard with another process id", () => {
    assert.equal(proofAfter([...SEEN, heard(LATER, 2)]), "restarted");
  });

  it("by no silence, however long", () => {
    assert.equal(proofAfter(SEEN, { ms: 1000 * ttlMs }), undefined);
  });

  it("by no refusal of another node, or under another mastership", () => {
    assert.equal(proofAfter([...SEEN, refused(LATER, { nodeId: OTHER })]), undefined);
    const { state } = after([...SEEN, refused(LATER, { of: mastership(2) })]);
    assert.deepEqual([state.proof, state.refusals], [undefined, []]);
  });

  it("by no answer of an earlier process that comes late", () => {
    const late = heard(LATER, 7, { askedAt: 0 });
    assert.equal(proofAfter([...SEEN, late]), undefined);
  });

  it("by no other process before one was heard that holds the role", () => {
    assert.equal(proofAfter([read(0), heard(LATER, 2)]), undefined);
  });

  it("for the one mastership that it names, and no other", () => {
    const events = [...SEEN, refused(LATER)];
    assert.equal(proofAfter(events, { id: mastership(2) }), undefined);
    assert.deepEqual(after(events).state.proof?.of, mastership(1));
  });

  it("not within the first ttl of its mastership", () => {
    const events = [...SEEN, refused(10)];
    assert.equal(proofAfter(events, { ms: ttlMs - 1 }), undefined);
    assert.equal(proofAfter(events, { ms: ttlMs }), "refused");
  });
});

describe("a proof of death is void", () => {
  it("when the mastership has changed", () => {
    const next = [...SEEN, refused(LATER), read(LATER + 1, 10_000, mastership(2))];
    assert.equal(after(next).state.proof, undefined);
  });

  it("when the lease was renewed since", () => {
    const proved = [...SEEN, refused(LATER), read(LATER + 1)];
    const renewed = read(LATER + renewalUnderWayMs, 11_000);
    assert.equal(proofAfter([...proved, renewed]), undefined);
    assert.deepEqual(after([...proved, renewed]).contradicted, [ADDRESS]);
  });

  it("but not by a renewal that was under way when the process died", () => {
    const proved = [...SEEN, refused(LATER), read(LATER + 1)];
    const last = read(LATER + renewalUnderWayMs - 1, 11_000);
    assert.equal(proofAfter([...proved, last]), "refused");
    assert.deepEqual(after([...proved, last]).contradicted, []);
  });

  it("when the process is heard again", () => {
    const events = [...SEEN, refused(LATER), heard(LATER + 5, 1)];
    assert.equal(proofAfter(events), undefined);
    assert.deepEqual(after(events).contradicted, [ADDRESS]);
  });

  it("but not when its node has a new process", () => {
    const events = [...SEEN, refused(LATER), heard(LATER + 5, 2)];
    assert.equal(proofAfter(events), "refused");
    assert.deepEqual(after(events).contradicted, []);
  });

  it("but not by what the process said before", () => {
    const events = [...SEEN, refused(LATER), heard(LATER + 5, 1, { askedAt: LATER - 1 })];
    assert.equal(proofAfter(events), "refused");
    assert.deepEqual(after(events).contradicted, []);
  });
});

describe("an address that refused although its node lived", () => {
  const contradicted = [...SEEN, refused(LATER), heard(LATER + 5, 1, { holds: mastership(1) })];
  const until = LATER + 5 + contradictedBarMs;

  it("proves nothing until the bar is over", () => {
    assert.equal(proofAfter([...contradicted, refused(until - 1)], { ms: until }), undefined);
    assert.equal(proofAfter([...contradicted, refused(until)], { ms: until }), "refused");
  });

  it("is told of once", () => {
    const again = [...contradicted, heard(LATER + 6, 1), heard(LATER + 7, 1)];
    assert.deepEqual(after(again).contradicted, [ADDRESS]);
  });

  it("is barred also when its mastership was taken meanwhile", () => {
    const taken = read(LATER + 2, 10_000, mastership(2));
    const { contradicted: told, state } = after([
      ...SEEN,
      refused(LATER),
      taken,
      heard(LATER + 5, 1),
    ]);
    assert.deepEqual(told, [ADDRESS]);
    assert.deepEqual(
      state.barred.map(({ address }) => address),
      [ADDRESS],
    );
  });

  it("leaves a restart as proof", () => {
    const events = [...contradicted, heard(LATER + 10, 2)];
    assert.equal(proofAfter(events, { ms: LATER + 11 }), "restarted");
  });
});
