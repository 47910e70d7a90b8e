import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { MonotonicMs } from "../../platform/clock.ts";
import { stepCachedSecret, type CachedSecret, type CachedSecretEvent } from "./cached-secret.ts";

const EMPTY: CachedSecret = { kind: "empty" };

function at(ms: number): MonotonicMs {
  return ms as MonotonicMs;
}

function run(...events: readonly CachedSecretEvent[]): CachedSecret {
  return events.reduce(stepCachedSecret, EMPTY);
}

const anyEvent: fc.Arbitrary<CachedSecretEvent> = fc.oneof(
  fc.constantFrom<CachedSecretEvent>(
    { kind: "opened" },
    { kind: "unconfirmed" },
    { kind: "revoked" },
  ),
  fc.nat(1000).map((ms): CachedSecretEvent => ({ kind: "confirmed", until: at(ms) })),
  fc.nat(1000).map((ms): CachedSecretEvent => ({ kind: "tick", now: at(ms) })),
);

describe("the cached secret", () => {
  it("confirms nothing before a keyring was opened", () => {
    assert.deepEqual(run({ kind: "confirmed", until: at(9) }), EMPTY);
  });

  it("is confirmed until the moment the confirmation ends", () => {
    const confirmed = run({ kind: "opened" }, { kind: "confirmed", until: at(9) });
    assert.equal(stepCachedSecret(confirmed, { kind: "tick", now: at(8) }).kind, "confirmed");
    assert.equal(stepCachedSecret(confirmed, { kind: "tick", now: at(9) }).kind, "degraded");
  });

  it("is not shortened by a late confirmation", () => {
    const state = run(
      { kind: "opened" },
      { kind: "confirmed", until: at(9) },
      { kind: "confirmed", until: at(5) },
    );
    assert.deepEqual(state, { kind: "confirmed", until: at(9) });
  });

  it("goes on reading when what was confirmed has ended", () => {
    const state = run(
      { kind: "opened" },
      { kind: "confirmed", until: at(9) },
      { kind: "unconfirmed" },
    );
    assert.deepEqual(state, { kind: "degraded" });
  });

  it("never becomes empty again, and never leaves revoked", () => {
    fc.assert(
      fc.property(fc.array(anyEvent), (events) => {
        let state: CachedSecret = { kind: "empty" };
        for (const event of events) {
          const next = stepCachedSecret(state, event);
          assert.ok(state.kind === "empty" || next.kind !== "empty");
          assert.ok(state.kind !== "revoked" || next.kind === "revoked");
          state = next;
        }
      }),
    );
  });

  it("is confirmed only by a confirmation (P5)", () => {
    fc.assert(
      fc.property(fc.array(anyEvent), (events) => {
        let state: CachedSecret = { kind: "empty" };
        for (const event of events) {
          const next = stepCachedSecret(state, event);
          assert.ok(
            next.kind !== "confirmed" || state.kind === "confirmed" || event.kind === "confirmed",
          );
          state = next;
        }
      }),
    );
  });
});
