import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { MonotonicMs } from "../../platform/clock.ts";
import { NOTHING_SEEN, mastershipDifference } from "../charter/seen.ts";
import {
  EMPTY,
  stepCachedSecret,
  type CachedSecret,
  type CachedSecretAction,
  type CachedSecretEvent,
  type Standing,
} from "./cached-secret.ts";

const GRACE_MS = 10;
const CONTEXT = { graceMs: GRACE_MS };

function at(ms: number): MonotonicMs {
  return ms as MonotonicMs;
}

function claim(number: number): Uint8Array {
  return new Uint8Array(16).fill(number);
}

function standing(parts: Partial<Standing> = {}): Standing {
  return {
    epoch: 3n,
    claimId: claim(1),
    incarnation: 1n,
    charterSerial: 5n,
    keyringRevision: 2n,
    ...parts,
  };
}

const CHARTER_READ: CachedSecretEvent = {
  kind: "charter-read",
  charter: { incarnation: 1n, serial: 5n, keyringRevision: 2n },
};
const OPENED: CachedSecretEvent = {
  kind: "opened",
  keyring: { incarnation: 1n, revision: 2n, mastership: undefined },
};

function answered(sentAt: number, parts: Partial<Standing> = {}): CachedSecretEvent {
  return { kind: "answered", standing: standing(parts), sentAt: at(sentAt) };
}

function leaseRead(sentAt: number, isValid = true, parts: Partial<Standing> = {}) {
  return {
    kind: "lease-read",
    standing: standing(parts),
    isValid,
    sentAt: at(sentAt),
  } satisfies CachedSecretEvent;
}

interface Run {
  readonly state: CachedSecret;
  /** Of the last event. */
  readonly actions: readonly CachedSecretAction[];
}

function run(...events: readonly CachedSecretEvent[]): Run {
  let last: Run = { state: EMPTY, actions: [] };
  for (const event of events) {
    last = stepCachedSecret(last.state, event, CONTEXT);
  }
  return last;
}

function kinds({ actions }: Run): readonly string[] {
  return actions.map((action) => (action.kind === "announce" ? action.what : action.kind));
}

describe("the cached secret", () => {
  it("confirms nothing before a keyring was opened, and asks for it", () => {
    const waiting = run(CHARTER_READ, answered(0));
    assert.equal(waiting.state.kind, "empty");
    assert.deepEqual(kinds(waiting), ["fetch-keyring"]);
  });

  it("is confirmed for the grace, counted from before the request", () => {
    const { state } = run(CHARTER_READ, OPENED, answered(7));
    const early = stepCachedSecret(state, { kind: "tick", now: at(16) }, CONTEXT);
    const late = stepCachedSecret(state, { kind: "tick", now: at(17) }, CONTEXT);
    assert.equal(early.state.kind, "confirmed");
    assert.equal(late.state.kind, "degraded");
    assert.deepEqual(late.actions, [{ kind: "announce", what: "degraded" }]);
  });

  it("is not shortened by a late confirmation", () => {
    const { state } = run(CHARTER_READ, OPENED, answered(9), answered(5));
    assert.equal(state.kind === "confirmed" && state.until, 19);
  });

  it("goes on reading when nobody answers, and reads the lease", () => {
    const unanswered = run(CHARTER_READ, OPENED, { kind: "unanswered" });
    assert.equal(unanswered.state.kind, "degraded");
    assert.deepEqual(kinds(unanswered), ["read-lease"]);
  });

  it("is confirmed by a valid lease beside the charter it holds", () => {
    assert.equal(run(CHARTER_READ, OPENED, leaseRead(0)).state.kind, "confirmed");
    assert.equal(run(CHARTER_READ, OPENED, leaseRead(0, false)).state.kind, "degraded");
    const newer = run(CHARTER_READ, OPENED, leaseRead(0, true, { charterSerial: 6n }));
    assert.equal(newer.state.kind, "degraded");
    assert.deepEqual(kinds(newer), ["refresh"]);
  });

  it("believes no older mastership, and no other of the same epoch (P2)", () => {
    for (const parts of [{ epoch: 2n }, { claimId: claim(2) }, { incarnation: 0n }]) {
      const refused = run(CHARTER_READ, OPENED, answered(0), answered(5, parts));
      assert.deepEqual(kinds(refused), ["mastership-refused"]);
      assert.equal(refused.state.kind === "confirmed" && refused.state.until, GRACE_MS);
    }
  });

  it("believes a newer mastership, and then no longer the one before", () => {
    const { state } = run(CHARTER_READ, OPENED, answered(0), answered(1, { epoch: 4n }));
    assert.equal(state.seen.epoch, 4n);
    const late = stepCachedSecret(state, answered(50), CONTEXT);
    assert.equal(late.state, state);
  });

  it("believes nobody who speaks for an older charter or keyring", () => {
    for (const parts of [{ charterSerial: 4n }, { keyringRevision: 1n }]) {
      const refused = run(CHARTER_READ, OPENED, answered(0, parts));
      assert.equal(refused.state.kind, "degraded");
      assert.deepEqual(kinds(refused), ["mastership-refused"]);
    }
  });

  it("is not confirmed with a keyring that is not the current one", () => {
    const newer = run(CHARTER_READ, OPENED, answered(0, { keyringRevision: 3n }));
    assert.equal(newer.state.kind, "degraded");
    assert.deepEqual(kinds(newer), ["fetch-keyring"]);
  });

  it("refuses a keyring older than the one held, and one of a mastership that is over", () => {
    const older = { incarnation: 1n, revision: 1n, mastership: undefined };
    assert.deepEqual(kinds(run(CHARTER_READ, OPENED, { kind: "opened", keyring: older })), [
      "keyring-refused",
    ]);
    const stale = { incarnation: 1n, revision: 2n, mastership: standing({ epoch: 2n }) };
    const refused = run(CHARTER_READ, OPENED, answered(0), { kind: "opened", keyring: stale });
    assert.deepEqual(kinds(refused), ["keyring-refused"]);
  });

  it("takes a beat for news, never for a confirmation", () => {
    const heard = (parts: Partial<Standing>): Run =>
      run(CHARTER_READ, OPENED, answered(0), { kind: "heard", standing: standing(parts) });
    assert.deepEqual(kinds(heard({})), []);
    assert.deepEqual(kinds(heard({ epoch: 2n, charterSerial: 9n })), []);
    for (const parts of [{ epoch: 4n }, { charterSerial: 6n }, { keyringRevision: 3n }]) {
      assert.deepEqual(kinds(heard(parts)), ["refresh"]);
    }
    assert.equal(
      run(CHARTER_READ, OPENED, { kind: "heard", standing: standing() }).state.kind,
      "degraded",
    );
  });

  it("seals nothing into a database that went back, until it has caught up", () => {
    const older: CachedSecretEvent = {
      kind: "charter-read",
      charter: { incarnation: 1n, serial: 4n, keyringRevision: 2n },
    };
    const doubting = run(CHARTER_READ, OPENED, answered(0), older);
    assert.equal(doubting.state.kind, "degraded");
    assert.deepEqual(kinds(doubting), ["behind", "degraded"]);
    assert.equal(stepCachedSecret(doubting.state, answered(5), CONTEXT).state.kind, "degraded");
    const again = run(CHARTER_READ, OPENED, answered(0), older, older);
    assert.deepEqual(again.actions, []);
    const back = run(CHARTER_READ, OPENED, older, CHARTER_READ);
    assert.deepEqual(kinds(back), ["caught-up"]);
    assert.equal(stepCachedSecret(back.state, answered(5), CONTEXT).state.kind, "confirmed");
  });

  it("erases its keyring only for a revocation", () => {
    const revoked = run(CHARTER_READ, OPENED, { kind: "revoked" });
    assert.deepEqual(kinds(revoked), ["erase-keyring", "revoked"]);
  });
});

const counts = fc.bigInt(1n, 4n);
const anyStanding: fc.Arbitrary<Standing> = fc.record({
  epoch: counts,
  claimId: fc.integer({ min: 1, max: 2 }).map(claim),
  incarnation: fc.bigInt(1n, 2n),
  charterSerial: counts,
  keyringRevision: counts,
});
const instants = fc.nat(60).map(at);
const anyEvent: fc.Arbitrary<CachedSecretEvent> = fc.oneof(
  fc.record({
    kind: fc.constant("opened" as const),
    keyring: fc.record(
      {
        incarnation: fc.bigInt(1n, 2n),
        revision: counts,
        mastership: fc.option(anyStanding, { nil: undefined }),
      },
      { noNullPrototype: true },
    ),
  }),
  fc.record({
    kind: fc.constant("answered" as const),
    standing: anyStanding,
    sentAt: instants,
  }),
  fc.record({
    kind: fc.constant("lease-read" as const),
    standing: anyStanding,
    isValid: fc.boolean(),
    sentAt: instants,
  }),
  fc.record({ kind: fc.constant("heard" as const), standing: anyStanding }),
  fc.record({
    kind: fc.constant("charter-read" as const),
    charter: fc.record({
      incarnation: fc.bigInt(1n, 2n),
      serial: counts,
      keyringRevision: counts,
    }),
  }),
  fc.record({ kind: fc.constant("tick" as const), now: instants }),
  fc.constant<CachedSecretEvent>({ kind: "unanswered" }),
  fc.constant<CachedSecretEvent>({ kind: "revoked" }),
);

/** Calls `check` with each step of any run. */
function everyStep(
  check: (before: CachedSecret, event: CachedSecretEvent, after: Run) => void,
): void {
  fc.assert(
    fc.property(fc.array(anyEvent, { maxLength: 30 }), (events) => {
      let state = EMPTY;
      for (const event of events) {
        const after = stepCachedSecret(state, event, CONTEXT);
        check(state, event, after);
        state = after.state;
      }
    }),
    { numRuns: 1000 },
  );
}

describe("any run of the cached secret", () => {
  it("never becomes empty again, never leaves revoked, and erases for nothing else (P1)", () => {
    everyStep((before, event, { state, actions }) => {
      assert.ok(before.kind === "empty" || state.kind !== "empty");
      assert.ok(before.kind !== "revoked" || state.kind === "revoked");
      assert.ok(event.kind === "revoked" || !actions.some(({ kind }) => kind === "erase-keyring"));
    });
  });

  it("is confirmed only by an answer or a valid lease, for no longer than the grace (P5)", () => {
    everyStep((before, event, { state }) => {
      if (state.kind !== "confirmed") {
        return;
      }
      if (before.kind === "confirmed" && before.until === state.until) {
        return;
      }
      assert.ok(event.kind === "answered" || (event.kind === "lease-read" && event.isValid));
      assert.equal(state.until, event.sentAt + GRACE_MS);
      assert.equal(mastershipDifference(before.seen, event.standing), undefined);
      assert.equal(event.standing.keyringRevision, state.held.revision);
      assert.equal(state.behind, undefined);
    });
  });

  it("never shortens a confirmation but for a database that went back", () => {
    everyStep((before, event, { state }) => {
      if (before.kind === "confirmed" && state.kind === "confirmed") {
        assert.ok(state.until >= before.until);
      } else if (before.kind === "confirmed") {
        assert.ok(["tick", "charter-read", "revoked"].includes(event.kind));
      }
    });
  });

  it("sees nothing sink within an incarnation, and gives no epoch another claim id (P2)", () => {
    everyStep(({ seen: before }, _event, { state: { seen } }) => {
      assert.ok(seen.incarnation >= before.incarnation);
      if (seen.incarnation === before.incarnation) {
        assert.ok(seen.epoch >= before.epoch);
        assert.ok(seen.charterSerial >= before.charterSerial);
        assert.ok(seen.keyringRevision >= before.keyringRevision);
        assert.ok(
          seen.epoch > before.epoch ||
            before.claimId === undefined ||
            seen.claimId === before.claimId,
        );
      }
    });
  });

  it("holds no older keyring than before", () => {
    everyStep((before, _event, { state }) => {
      if ("held" in before && "held" in state) {
        assert.ok(state.held.incarnation >= before.held.incarnation);
        assert.ok(
          state.held.incarnation > before.held.incarnation ||
            state.held.revision >= before.held.revision,
        );
      }
    });
  });

  it("changes nothing for a reply that comes twice", () => {
    everyStep((_before, event, { state }) => {
      if (event.kind !== "revoked") {
        assert.deepEqual(stepCachedSecret(state, event, CONTEXT).state, state);
      }
    });
  });

  it("begins with what the state directory remembers, and only then", () => {
    const seen = { ...NOTHING_SEEN, incarnation: 1n, epoch: 9n };
    assert.equal(run({ kind: "remembered", seen }).state.seen, seen);
    assert.notEqual(run(CHARTER_READ, OPENED, { kind: "remembered", seen }).state.seen, seen);
  });
});
