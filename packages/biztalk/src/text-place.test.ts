import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { PlaceFinder, type TextPlace } from "./text-place.ts";

describe("the place of an offset", () => {
  const places = (text: string, ...offsets: readonly number[]): readonly TextPlace[] => {
    const finder = new PlaceFinder(text);
    return offsets.map((offset) => finder.at(offset));
  };

  it("counts lines by every kind of end", () => {
    assert.deepEqual(places("a\nb\r\nc\rd", 0, 1, 2, 3, 4, 5, 6, 7, 8), [
      { line: 1, column: 1 },
      { line: 1, column: 2 },
      { line: 2, column: 1 },
      { line: 2, column: 2 },
      { line: 2, column: 3 },
      { line: 3, column: 1 },
      { line: 3, column: 2 },
      { line: 4, column: 1 },
      { line: 4, column: 2 },
    ]);
  });

  it("is found behind and before the last one", () => {
    assert.deepEqual(places("a\nbc\nd", 5, 3, 0), [
      { line: 3, column: 1 },
      { line: 2, column: 2 },
      { line: 1, column: 1 },
    ]);
  });

  it("costs one pass over the text, however long a line is", () => {
    const units = 8 * 1024 * 1024;
    const finder = new PlaceFinder(" ".repeat(units));
    // A pass for each would take longer than anybody waits.
    for (let offset = 0; offset < units; offset += 64) {
      assert.equal(finder.at(offset).column, offset + 1);
    }
  });
});
