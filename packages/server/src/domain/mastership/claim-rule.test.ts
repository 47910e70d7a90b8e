import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseNodeId } from "@chatelaine/crypto";
import { claimProblem, isLeaseValid, type ClaimBasis } from "./claim-rule.ts";
import type { FenceAndLease } from "./mastership-store.ts";

const SELF = parseNodeId("nod_aaaaaaaaaaaaaaaa");
const OTHER = parseNodeId("nod_bbbbbbbbbbbbbbbb");
const TTL_MS = 3000;
const RELEASED: ClaimBasis = { kind: "released" };
const EXPIRED: ClaimBasis = { kind: "expired" };
const OWN: ClaimBasis = { kind: "own-earlier-process", of: makeRead().fence };

interface Parts {
  readonly epoch?: bigint;
  readonly claim?: number;
  readonly expiresAtMs?: number;
  readonly nodeId?: typeof SELF;
  readonly designatedNode?: typeof SELF;
  readonly nowMs?: number;
}

function makeRead(parts: Parts = {}): FenceAndLease {
  const id = { epoch: parts.epoch ?? 7n, claimId: new Uint8Array(16).fill(parts.claim ?? 1) };
  return {
    fence: { ...id, nodeId: parts.nodeId ?? OTHER, designatedNode: parts.designatedNode },
    lease: { ...id, expiresAtMs: parts.expiresAtMs ?? 9_000 },
    databaseNowMs: parts.nowMs ?? 10_000,
  };
}

function problem(locked: FenceAndLease, basis: ClaimBasis, seen: FenceAndLease = makeRead()) {
  return claimProblem(locked, { nodeId: SELF, basis, seen, ttlMs: TTL_MS });
}

describe("a claim on a proof of death, under the locks", () => {
  const seen = makeRead({ expiresAtMs: 12_000 });
  for (const kind of ["restarted", "refused"] as const) {
    it(`takes a valid lease of whom it proves dead, as ${kind}`, () => {
      assert.equal(problem(seen, { kind, of: seen.fence }, seen), undefined);
    });

    it(`refuses one that was renewed since, as ${kind}`, () => {
      const renewed = makeRead({ expiresAtMs: 12_500 });
      assert.equal(problem(renewed, { kind, of: seen.fence }, seen), "lease-valid");
    });

    it(`refuses a proof of another mastership, as ${kind}`, () => {
      const { fence } = makeRead({ claim: 2 });
      assert.equal(problem(seen, { kind, of: fence }, seen), "lease-valid");
    });
  }
});

describe("a claim under the locks", () => {
  const cases: readonly [string, FenceAndLease, ClaimBasis, FenceAndLease, string | undefined][] = [
    ["takes an expired lease", makeRead(), EXPIRED, makeRead(), undefined],
    [
      "refuses when the epoch has moved",
      makeRead({ epoch: 8n }),
      EXPIRED,
      makeRead(),
      "fence-moved",
    ],
    [
      "refuses the same epoch under another claim id",
      makeRead({ claim: 2 }),
      EXPIRED,
      makeRead(),
      "fence-moved",
    ],
    [
      "refuses a lease that was renewed since",
      makeRead({ expiresAtMs: 9_500 }),
      EXPIRED,
      makeRead(),
      "lease-valid",
    ],
    [
      "refuses a valid lease",
      makeRead({ expiresAtMs: 11_000 }),
      EXPIRED,
      makeRead({ expiresAtMs: 11_000 }),
      "lease-valid",
    ],
    [
      "takes a lease further ahead than any can be",
      makeRead({ expiresAtMs: 70_001 }),
      EXPIRED,
      makeRead({ expiresAtMs: 70_001 }),
      undefined,
    ],
    [
      "takes a released lease",
      makeRead({ expiresAtMs: 0 }),
      RELEASED,
      makeRead({ expiresAtMs: 0 }),
      undefined,
    ],
    [
      "refuses when a released lease was taken again",
      makeRead({ expiresAtMs: 12_000 }),
      RELEASED,
      makeRead({ expiresAtMs: 0 }),
      "lease-valid",
    ],
    [
      "takes what its own dead process held",
      makeRead({ expiresAtMs: 12_000, nodeId: SELF }),
      OWN,
      makeRead({ expiresAtMs: 12_000, nodeId: SELF }),
      undefined,
    ],
    [
      "takes nothing of another node for its own dead process's",
      makeRead({ expiresAtMs: 12_000 }),
      OWN,
      makeRead({ expiresAtMs: 12_000 }),
      "lease-valid",
    ],
    [
      "refuses when another node is designated",
      makeRead({ designatedNode: OTHER }),
      EXPIRED,
      makeRead(),
      "not-designated",
    ],
    [
      "takes the role when it is designated itself",
      makeRead({ designatedNode: SELF }),
      EXPIRED,
      makeRead(),
      undefined,
    ],
  ];
  for (const [name, locked, basis, seen, expected] of cases) {
    it(name, () => {
      assert.equal(problem(locked, basis, seen), expected);
    });
  }
});

describe("a lease as it was read", () => {
  it("is valid until it runs out, and not when it is further ahead than any can be", () => {
    assert.equal(isLeaseValid(makeRead({ expiresAtMs: 10_001 })), true);
    assert.equal(isLeaseValid(makeRead({ expiresAtMs: 10_000 })), false);
    assert.equal(isLeaseValid(makeRead({ expiresAtMs: 10_000_000 })), false);
    assert.equal(isLeaseValid(makeRead({ expiresAtMs: 0 })), false);
  });

  it("is not valid for another mastership than the fence's", () => {
    const { fence, ...read } = makeRead({ expiresAtMs: 10_001 });
    assert.equal(isLeaseValid({ ...read, fence: { ...fence, epoch: 8n } }), false);
    const claimId = new Uint8Array(16).fill(2);
    assert.equal(isLeaseValid({ ...read, fence: { ...fence, claimId } }), false);
  });
});
