import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { concat, equalBytes, fromHex, newBytes, toHex } from "./bytes.ts";
import { CryptoError } from "./crypto-error.ts";

describe("bytes", () => {
  it("are joined in order, in a buffer of their own", () => {
    const joined = concat(Uint8Array.of(1, 2), newBytes(0), Uint8Array.of(3));
    assert.deepEqual(joined, Uint8Array.of(1, 2, 3));
    assert.equal(joined.buffer.byteLength, 3);
  });

  it("are equal if length and content are", () => {
    assert.equal(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 2)), true);
    assert.equal(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 3)), false);
    assert.equal(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1)), false);
  });

  it("are read from lower-case hexadecimal only", () => {
    assert.deepEqual(fromHex(toHex(Uint8Array.of(0, 171, 255))), Uint8Array.of(0, 171, 255));
    for (const wrong of ["A0", "0", "0g", " 00", "00\n"]) {
      assert.throws(() => fromHex(wrong), new CryptoError("malformed"), JSON.stringify(wrong));
    }
  });
});
