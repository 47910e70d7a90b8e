import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { simulateSeed } from "./simulate-seed.ts";

describe("a run", () => {
  it("is decided by its seed", async () => {
    const first = await simulateSeed(7);
    const second = await simulateSeed(7);
    assert.deepEqual(second, first);
    assert.notDeepEqual((await simulateSeed(8)).transcript, first.transcript);
  });

  it("is the same beside another as alone", async () => {
    const alone = await simulateSeed(9);
    const [beside] = await Promise.all([simulateSeed(9), simulateSeed(10)]);
    assert.deepEqual(beside, alone);
  });
});
