import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ManualClock } from "../platform/clock.ts";
import { EventLimiter } from "./event-limiter.ts";

const TOLD = { isTold: true, heldBefore: 0 };
const HELD = { isTold: false, heldBefore: 0 };

function many(limiter: EventLimiter, count: number, table = "application"): number {
  const admitted = Array.from({ length: count }, (_, index) =>
    limiter.admit("trust.row-refused", { table, requestId: `req_${String(index)}` }),
  );
  return admitted.filter(({ isTold }) => isTold).length;
}

describe("the limit on events", () => {
  it("tells five of a flood, whatever requests they came from", () => {
    assert.equal(many(new EventLimiter(new ManualClock()), 100), 5);
  });

  it("tells with the next one how many were held back", () => {
    const clock = new ManualClock();
    const limiter = new EventLimiter(clock);
    many(limiter, 100);
    clock.advance(59_999);
    assert.deepEqual(limiter.admit("trust.row-refused", { table: "application" }), HELD);
    clock.advance(1);
    const next = limiter.admit("trust.row-refused", { table: "application" });
    assert.deepEqual(next, { isTold: true, heldBefore: 96 });
    assert.deepEqual(limiter.admit("trust.row-refused", { table: "application" }), TOLD);
  });

  it("holds nothing back that says something else", () => {
    const limiter = new EventLimiter(new ManualClock());
    many(limiter, 100);
    assert.deepEqual(limiter.admit("trust.row-refused", { table: "api_token" }), TOLD);
    assert.deepEqual(limiter.admit("database.lost", {}), TOLD);
  });

  it("remembers a bounded number of events", () => {
    const limiter = new EventLimiter(new ManualClock());
    many(limiter, 10, "first");
    for (let table = 0; table < 1000; table += 1) {
      many(limiter, 1, String(table));
    }
    assert.equal(many(limiter, 1, "first"), 1, "the oldest was forgotten");
  });
});
