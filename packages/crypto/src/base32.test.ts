import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { encodeBase32, fromBase32, toBase32 } from "./base32.ts";
import { CryptoError } from "./crypto-error.ts";
import { text } from "./text.ts";

describe("base32", () => {
  it("is spelled as RFC 4648, section 10, says, in lower case and without padding", () => {
    const spelled = ["", "f", "fo", "foo", "foob", "fooba", "foobar"].map((word) =>
      toBase32(text(word)),
    );
    const expected = ["", "my", "mzxq", "mzxw6", "mzxw6yq", "mzxw6ytb", "mzxw6ytboi"];
    assert.deepEqual(spelled, expected);
  });

  it("gives back what was encoded", () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        assert.deepEqual(fromBase32(toBase32(bytes)), Uint8Array.from(bytes));
      }),
    );
  });

  it("has one spelling: what decodes is what encoding gives", () => {
    const characters = fc.constantFrom("a", "b", "z", "2", "7", "A", "1", "=", " ");
    fc.assert(
      fc.property(fc.string({ unit: characters, maxLength: 17 }), (spelled) => {
        const decoded = decodeOrFault(spelled);
        assert.ok(decoded === "malformed" || toBase32(decoded) === spelled);
      }),
    );
  });

  it("refuses other characters, impossible lengths and left-over bits", () => {
    for (const wrong of ["MY", "my======", "m", "mzx", "mzxw6y", "mz", "m1", "my ", "mü"]) {
      assert.throws(() => fromBase32(wrong), new CryptoError("malformed"), wrong);
    }
  });

  it("encodes secrets to the same characters without a string", () => {
    const bytes = text("foobar");
    assert.deepEqual(encodeBase32(bytes), text(toBase32(bytes)));
  });
});

function decodeOrFault(spelled: string): Uint8Array | "malformed" {
  try {
    return fromBase32(spelled);
  } catch (error) {
    assert.deepEqual(error, new CryptoError("malformed"));
    return "malformed";
  }
}
