import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { CACHED_SECRET_TIMINGS } from "./cached-secret-timings.ts";
import {
  pauseAfterAnswer,
  pauseAfterFailure,
  pauseAfterNews,
  refreshMs,
} from "./refresh-pauses.ts";

const TIMINGS = CACHED_SECRET_TIMINGS;
const chances = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const nodeCounts = fc.integer({ min: 1, max: 10_000 });

describe("the pauses between refreshes", () => {
  it("are a third of the grace for few nodes, and anywhere within it for many", () => {
    assert.equal(refreshMs(TIMINGS), 20_000);
    assert.equal(pauseAfterAnswer(TIMINGS, 3, 0), 20_000);
    assert.equal(pauseAfterAnswer(TIMINGS, 3, 1), 19_985);
    assert.equal(pauseAfterAnswer(TIMINGS, 10_000, 1), 0);
  });

  it("spread a thousand nodes that hear the same news over five seconds", () => {
    assert.equal(pauseAfterNews(TIMINGS, 1000, 0), 0);
    assert.equal(pauseAfterNews(TIMINGS, 1000, 1), 5000);
  });

  it("grow with each failure, to a limit", () => {
    assert.deepEqual(
      [1, 2, 3, 4, 5, 100].map((failures) => pauseAfterFailure(TIMINGS, 3, failures, 1)),
      [400, 800, 1600, 3200, 5000, 5000],
    );
    assert.equal(pauseAfterFailure(TIMINGS, 3, 100, 0), TIMINGS.retryMinMs);
  });

  it("leave room for two refreshes that fail before the grace ends", () => {
    fc.assert(
      fc.property(nodeCounts, chances, fc.nat(40), (nodes, chance, failures) => {
        const answer = pauseAfterAnswer(TIMINGS, nodes, chance);
        const failure = pauseAfterFailure(TIMINGS, nodes, failures + 1, chance);
        assert.ok(answer >= 0 && answer <= TIMINGS.graceMs / 3);
        assert.ok(failure >= TIMINGS.retryMinMs && failure <= TIMINGS.retryMaxMs);
        assert.ok(pauseAfterNews(TIMINGS, nodes, chance) <= TIMINGS.graceMs / 3);
      }),
    );
  });
});
