import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { EmbeddedText } from "./embedded-text.ts";
import { escapeContent } from "./escape.ts";

const text = fc.string({
  unit: fc.constantFrom("a", "<", ">", "&", "\r", "\n", "𝄞", '"', ";", "#"),
  maxLength: 40,
});

describe("EmbeddedText", () => {
  it("reads at any depth what was escaped so often", () => {
    fc.assert(
      fc.property(text, fc.nat(4), (value, depth) => {
        let inner = EmbeddedText.file(escapeContent(value, depth));
        for (let level = 0; level < depth; level += 1) {
          inner = inner.inner(0, inner.text.length);
        }
        assert.equal(inner.text, value);
        assert.equal(inner.depth, depth);
      }),
    );
  });

  it("knows where in the file each unit begins", () => {
    fc.assert(
      fc.property(text, text, (before, value) => {
        const file = `x&amp;${escapeContent(before, 2)}|${escapeContent(value, 2)}`;
        const inner = EmbeddedText.file(file).inner(6, file.length);
        const innermost = inner.inner(0, inner.text.length);
        const start = before.length + 1;
        for (let offset = 0; offset <= value.length; offset += 1) {
          const expected = 6 + escapeContent(`${before}|${value.slice(0, offset)}`, 2).length;
          assert.equal(innermost.toFile(start + offset), expected);
        }
      }),
    );
  });

  it("reads references of every kind, and the end of a line as a line feed", () => {
    const file = "&#65;&#x1D11E;&quot;&apos;\r\n\r&#xD;&#13;.";
    const inner = EmbeddedText.file(file).inner(0, file.length);
    assert.equal(inner.text, `A𝄞"'\n\n\r\r.`);
    assert.equal(inner.toFile(inner.text.indexOf(".")), file.indexOf("."));
    assert.deepEqual(inner.placeOf(inner.text.indexOf(".")), { line: 3, column: 11 });
  });
});
