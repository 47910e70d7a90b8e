import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { fromBase64, fromBase64Url, toBase64, toBase64Url } from "./base64.ts";
import { CryptoError } from "./crypto-error.ts";

describe("base64", () => {
  it("gives back what was encoded", () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        assert.deepEqual(fromBase64(toBase64(bytes)), Uint8Array.from(bytes));
        assert.deepEqual(fromBase64Url(toBase64Url(bytes)), Uint8Array.from(bytes));
      }),
    );
  });

  it("is spelled as RFC 4648 says", () => {
    assert.equal(toBase64(Uint8Array.of(0xfb, 0xff)), "+/8=");
    assert.equal(toBase64Url(Uint8Array.of(0xfb, 0xff)), "-_8");
  });

  it("has one spelling", () => {
    for (const wrong of ["+/8", "+/9=", "-_8=", "+/8=\n", "+/8= ", "+/8=====", "=", "A"]) {
      assert.throws(() => fromBase64(wrong), new CryptoError("malformed"), JSON.stringify(wrong));
    }
    for (const wrong of ["-_8=", "-_9", "+/8", "-_8\n", "A"]) {
      assert.throws(() => fromBase64Url(wrong), new CryptoError("malformed"), wrong);
    }
  });
});
