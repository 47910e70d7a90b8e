import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Defect } from "../../base/invariant.ts";
import { withLiterals } from "./with-literals.ts";

describe("a statement that holds its values itself", () => {
  it("holds numbers, bytes and plain words, each at its place", () => {
    const values = [7n, Uint8Array.of(0, 255), "node.join", -1n];
    const parameters = [...values, ...Array.from({ length: 6 }, () => 0n)];
    assert.equal(
      withLiterals({ sql: "select $2, $1, $3, $4, $10, $1", parameters }),
      "select decode('00ff', 'hex'), (7), 'node.join', (-1), (0), (7)",
    );
  });

  for (const value of ["it's", "a\\b", "a\nb", "a;b", "$1", "\u00e9", 7, null, undefined]) {
    it(`refuses ${typeof value} ${JSON.stringify(value)}`, () => {
      assert.throws(() => withLiterals({ sql: "select $1", parameters: [value] }), Defect);
    });
  }
});
