import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { systemRandom } from "../platform/random.ts";
import { RequestIds } from "./request-ids.ts";

const COUNT = 1000;

describe("request ids", () => {
  it("are 16 base32 characters after a prefix, and never the same", () => {
    const ids = new RequestIds(systemRandom);
    const given = Array.from({ length: COUNT }, () => ids.next());
    assert.ok(given.every((id) => /^req_[a-z2-7]{16}$/.test(id)));
    assert.equal(new Set(given).size, COUNT);
  });
});
