import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { RecentCache } from "./recent-cache.ts";

describe("RecentCache", () => {
  it("makes a value once for a key that stays in use", () => {
    const { cache, made } = makeCache();
    for (const key of ["a", "b", "a", "c", "a", "d", "a"]) {
      cache.get(key, () => made(key));
    }
    assert.deepEqual(made.keys, ["a", "b", "c", "d"]);
  });

  it("never remembers more than twice its size", () => {
    const { cache, made } = makeCache();
    const keys = ["a", "b", "c", "d", "e"];
    for (const key of [...keys, ...keys]) {
      cache.get(key, () => made(key));
    }
    assert.deepEqual(made.keys, [...keys, ...keys]);
  });

  it("remembers nothing after it was cleared", () => {
    const { cache, made } = makeCache();
    for (const key of ["a", "b", "c"]) {
      cache.get(key, () => made(key));
    }
    cache.clear();
    cache.get("a", () => made("a"));
    cache.get("c", () => made("c"));
    assert.deepEqual(made.keys, ["a", "b", "c", "a", "c"]);
  });
});

function makeCache() {
  const keys: string[] = [];
  const made = Object.assign(
    (key: string) => {
      keys.push(key);
      return key;
    },
    { keys },
  );
  return { cache: new RecentCache<string>(2), made };
}
