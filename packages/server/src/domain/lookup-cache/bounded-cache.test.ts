import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { ManualClock } from "../../platform/clock.ts";
import { BoundedCache, type CacheLimits } from "./bounded-cache.ts";

const ROOMY: CacheLimits = { entriesMax: 3, bytesMax: 10_000, timeoutMs: 1000 };

function cacheOf(limits: Partial<CacheLimits> = {}, clock = new ManualClock()) {
  return new BoundedCache<string>({ ...ROOMY, ...limits }, clock);
}

describe("a bounded cache", () => {
  it("says how long it has kept a value", () => {
    const clock = new ManualClock();
    const cache = cacheOf({}, clock);
    cache.put("a", "1", 1);
    clock.advance(999);
    assert.deepEqual(cache.get("a"), { value: "1", ageMs: 999 });
  });

  it("gives no value from the moment its time is over, and frees its place", () => {
    const clock = new ManualClock();
    const cache = cacheOf({}, clock);
    cache.put("a", "1", 1);
    clock.advance(1000);
    assert.equal(cache.get("a"), undefined);
    assert.deepEqual([cache.entries, cache.bytes], [0, 0]);
  });

  it("does not keep a value longer because it is used", () => {
    const clock = new ManualClock();
    const cache = cacheOf({}, clock);
    cache.put("a", "1", 1);
    clock.advance(600);
    assert.ok(cache.get("a"));
    clock.advance(600);
    assert.equal(cache.get("a"), undefined);
  });

  it("drops the least recently used first", () => {
    const cache = cacheOf();
    for (const key of ["a", "b", "c"]) {
      cache.put(key, key, 1);
    }
    cache.get("a");
    cache.put("d", "d", 1);
    assert.deepEqual(
      ["a", "b", "c", "d"].filter((key) => cache.get(key) !== undefined),
      ["a", "c", "d"],
    );
  });

  it("keeps nothing that is larger than all of it, nor what it replaced", () => {
    const cache = cacheOf();
    cache.put("a", "small", 1);
    cache.put("a", "large", 10_000);
    assert.equal(cache.get("a"), undefined);
    assert.equal(cache.bytes, 0);
  });

  it("keeps nothing when it is off", () => {
    const cache = cacheOf({ timeoutMs: 0 });
    cache.put("a", "1", 1);
    assert.equal(cache.entries, 0);
  });

  it("never holds more than its limits, and counts what it holds", () => {
    const keys = fc.constantFrom("a", "b", "c", "d", "e", "f");
    const act = fc.tuple(fc.constantFrom("put", "get", "delete"), keys, fc.nat(4000));
    fc.assert(
      fc.property(fc.array(act, { maxLength: 60 }), (acts) => {
        const cache = cacheOf();
        for (const [kind, key, bytes] of acts) {
          if (kind === "put") {
            cache.put(key, key, bytes);
          } else if (kind === "get") {
            cache.get(key);
          } else {
            cache.delete(key);
          }
          assert.ok(cache.entries <= ROOMY.entriesMax && cache.bytes <= ROOMY.bytesMax);
          assert.ok(cache.bytes >= cache.entries * 512 && (cache.entries > 0 || cache.bytes === 0));
        }
        assert.equal(cache.clear() >= 0 && cache.bytes, 0);
      }),
    );
  });
});
