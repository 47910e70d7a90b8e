import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { staleCommits, type HistoryRow } from "./history.ts";

/** Rows in the order of their commits: epoch, claim id, act. */
function history(...rows: readonly (readonly [bigint, string, string])[]): readonly HistoryRow[] {
  return rows.map(([epoch, claimId, act], index) => ({
    serial: BigInt(index + 1),
    epoch,
    claimId,
    act,
    atMs: index,
  }));
}

describe("the checker of histories", () => {
  it("passes masterships that follow one another", () => {
    const rows = history(
      [1n, "a", "claim"],
      [1n, "a", "charter"],
      [3n, "b", "claim"],
      [3n, "b", "seal"],
    );
    assert.deepEqual(staleCommits(rows), []);
  });

  it("finds a write that was committed after a newer claim", () => {
    const rows = history([1n, "a", "claim"], [2n, "b", "claim"], [1n, "a", "charter"]);
    assert.equal(staleCommits(rows).length, 1);
  });

  it("finds a write under the epoch of another claim", () => {
    const rows = history([1n, "a", "claim"], [1n, "b", "charter"]);
    assert.equal(staleCommits(rows).length, 1);
  });

  it("finds an epoch that was given twice, or is lower", () => {
    const rows = history([2n, "a", "claim"], [2n, "b", "claim"], [1n, "c", "claim"]);
    assert.equal(staleCommits(rows).length, 2);
  });

  it("finds a mastership without a claim", () => {
    assert.equal(staleCommits(history([1n, "a", "charter"])).length, 1);
  });
});
