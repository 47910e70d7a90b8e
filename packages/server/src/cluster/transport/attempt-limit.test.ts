import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ManualClock } from "../../platform/clock.ts";
import { AttemptLimit } from "./attempt-limit.ts";

const LIMITS = { windowMs: 1000, perSourceMax: 2, totalMax: 3 };

describe("the limit of attempts", () => {
  it("counts each source by itself, and all together", () => {
    const limit = new AttemptLimit(new ManualClock(), LIMITS);
    const sources = ["a", "a", "a", "b", "b", "c"];
    assert.deepEqual(
      sources.map((source) => limit.mayTry(source)),
      [true, true, false, true, false, false],
    );
  });

  it("begins anew when the window is over", () => {
    const clock = new ManualClock();
    const limit = new AttemptLimit(clock, LIMITS);
    for (const source of ["a", "a", "b"]) {
      limit.mayTry(source);
    }
    clock.advance(999);
    assert.equal(limit.mayTry("b"), false);
    clock.advance(1);
    assert.deepEqual([limit.mayTry("a"), limit.mayTry("b")], [true, true]);
  });
});
