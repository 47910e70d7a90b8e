import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { CryptoError } from "./crypto-error.ts";
import { newNodeId, parseNodeId } from "./node-id.ts";
import { newSystemId, parseSystemId, systemIdBytes } from "./system-id.ts";
import { seededRandom } from "../test/statement-fixtures.ts";

const malformed = new CryptoError("malformed");

describe("a system id", () => {
  it("is 16 random bytes in 26 characters", () => {
    const id = newSystemId(seededRandom("id"));
    assert.match(id, /^[a-z2-7]{26}$/);
    assert.deepEqual(systemIdBytes(id), seededRandom("id").bytes(16));
  });

  it("has one spelling", () => {
    const id = "a".repeat(26);
    assert.equal(parseSystemId(id), id);
    for (const wrong of [
      "",
      "a".repeat(25),
      "a".repeat(27),
      "A".repeat(26),
      `${"a".repeat(25)}b`,
    ]) {
      assert.throws(() => parseSystemId(wrong), malformed, wrong);
    }
  });
});

describe("a node id", () => {
  it("is a prefix and 10 random bytes in 16 characters", () => {
    assert.match(newNodeId(seededRandom("id")), /^nod_[a-z2-7]{16}$/);
  });

  it("has one spelling", () => {
    const id = `nod_${"a".repeat(16)}`;
    assert.equal(parseNodeId(id), id);
    const tail = "a".repeat(16);
    for (const wrong of [
      "",
      tail,
      `nod-${tail}`,
      `NOD_${tail}`,
      `nod_${tail}a`,
      "nod_",
      `map_${tail}`,
    ]) {
      assert.throws(() => parseNodeId(wrong), malformed, wrong);
    }
  });
});
