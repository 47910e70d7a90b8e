import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { ImportProblem } from "./import-problem.ts";
import { decodeText, encodeText, type SourceText } from "./source-text.ts";

describe("decodeText and encodeText", () => {
  it("keep the bytes of any text in any encoding", () => {
    const source = fc.record<SourceText>({
      text: fc.string({ unit: "binary" }).filter((text) => !text.startsWith("\ufeff")),
      encoding: fc.constantFrom("utf-8", "utf-16le", "utf-16be"),
      hasBom: fc.boolean(),
    });
    fc.assert(
      fc.property(source, ({ text, encoding, hasBom }) => {
        const kept = { text, encoding, hasBom: hasBom || encoding !== "utf-8" };
        assert.deepEqual(decodeText(encodeText(kept, text)), kept);
      }),
    );
  });

  it("keep any bytes that they take", () => {
    fc.assert(
      fc.property(fc.uint8Array({ size: "medium" }), (bytes) => {
        try {
          const source = decodeText(bytes);
          assert.deepEqual(encodeText(source, source.text), new Uint8Array(bytes));
        } catch (error) {
          assert.ok(error instanceof ImportProblem && error.place !== undefined);
        }
      }),
    );
  });

  it("tell where the first wrong byte stands, past a replacement character of the file's own", () => {
    const bytes = new Uint8Array([...new TextEncoder().encode("ab\r\n\ufffdé"), 0xe9, 0x20]);
    assert.throws(
      () => decodeText(bytes),
      (error) => {
        assert.ok(error instanceof ImportProblem);
        assert.deepEqual(error.place, { line: 2, column: 3 });
        return true;
      },
    );
  });

  it("refuse half a unit of UTF-16", () => {
    assert.throws(() => decodeText(new Uint8Array([0xff, 0xfe, 0x41, 0x00, 0x42])), ImportProblem);
  });
});
