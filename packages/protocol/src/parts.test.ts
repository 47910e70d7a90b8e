import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { decodeParts, encodeParts } from "./parts.ts";

describe("parts", () => {
  it("come back as they were sent", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array(), { maxLength: 8 }), (parts) => {
        const decoded = decodeParts(encodeParts(parts), parts.length);
        assert.deepEqual(
          decoded?.map((part) => [...part]),
          parts.map((part) => [...part]),
        );
      }),
    );
  });

  it("are refused when cut, lengthened, or of another number", () => {
    const encoded = encodeParts([new Uint8Array([1, 2]), new Uint8Array([3])]);
    for (let length = 0; length < encoded.length; length += 1) {
      assert.equal(decodeParts(encoded.subarray(0, length), 2), undefined);
    }
    const longer = new Uint8Array([...encoded, 0]);
    assert.equal(decodeParts(longer, 2), undefined);
    assert.equal(decodeParts(encoded, 1), undefined);
    assert.equal(decodeParts(encoded, 3), undefined);
  });
});
