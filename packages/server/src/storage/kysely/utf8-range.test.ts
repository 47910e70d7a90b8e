import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { utf8Range } from "./utf8-range.ts";

describe("range of texts by UTF-8 bytes", () => {
  it("has no end when the prefix is empty", () => {
    const everything = { from: "", includesFrom: true, before: undefined };
    assert.deepEqual(utf8Range("", undefined), everything);
  });

  for (const [prefix, before] of [
    ["Receive/", "Receive0"],
    ["a_", "a`"],
    ["zażółć", "zażółĈ"],
    ["\u{d7ff}", "\u{e000}"],
    ["\u{ffff}", "\u{10000}"],
    ["a\u{10ffff}", "b"],
    ["\u{10ffff}", undefined],
  ] as const) {
    it(`ends at the first text beyond ${JSON.stringify(prefix)}`, () => {
      assert.equal(utf8Range(prefix, undefined).before, before);
    });
  }

  it("begins after the text it follows when that is within it", () => {
    const range = utf8Range("a", "ab");
    assert.deepEqual([range.from, range.includesFrom], ["ab", false]);
  });

  it("begins with the prefix when the text it follows comes before that", () => {
    const range = utf8Range("b", "ab");
    assert.deepEqual([range.from, range.includesFrom], ["b", true]);
  });

  it("compares by bytes and not by UTF-16 units", () => {
    const range = utf8Range("\u{e000}", "\u{10000}");
    assert.deepEqual([range.from, range.includesFrom], ["\u{10000}", false]);
  });
});
