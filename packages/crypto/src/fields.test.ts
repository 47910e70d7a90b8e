import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { concat, newBytes, toHex } from "./bytes.ts";
import { CryptoError } from "./crypto-error.ts";
import {
  decodeFields,
  decodeOptionalField,
  decodeU32,
  decodeU64,
  encodeFields,
  optionalField,
  readU32,
  u32,
  u64,
} from "./fields.ts";
import { InvariantBroken } from "./invariant.ts";
import { text } from "./text.ts";

const malformed = new CryptoError("malformed");
const parts = fc.array(fc.uint8Array({ maxLength: 6 }), { maxLength: 5 });

describe("a field list", () => {
  it("is count, lengths and bytes", () => {
    assert.equal(toHex(encodeFields()), "00");
    assert.equal(toHex(encodeFields(text("a"), newBytes(0))), "02000000016100000000");
  });

  it("gives back its parts", () => {
    fc.assert(
      fc.property(parts, (list) => {
        assert.deepEqual(decodeFields(encodeFields(...list)), list.map(copy));
      }),
    );
  });

  it("is different for different lists", () => {
    fc.assert(
      fc.property(parts, parts, (one, other) => {
        const isSame = toHex(encodeFields(...one)) === toHex(encodeFields(...other));
        assert.equal(isSame, JSON.stringify(one.map(toHex)) === JSON.stringify(other.map(toHex)));
      }),
    );
  });

  it("has one spelling: what decodes is what encoding gives", () => {
    const small = fc.array(fc.constantFrom(0, 1, 2, 255), { maxLength: 20 });
    fc.assert(
      fc.property(small, (bytes) => {
        const encoded = Uint8Array.from(bytes);
        const decoded = decodeOrFault(encoded);
        assert.ok(decoded === "malformed" || toHex(encodeFields(...decoded)) === toHex(encoded));
      }),
    );
  });

  it("is refused when it ends before or goes on after its last part", () => {
    const encoded = encodeFields(text("one"), text("two"));
    for (let length = 0; length < encoded.length; length += 1) {
      assert.throws(() => decodeFields(encoded.subarray(0, length)), malformed, String(length));
    }
    assert.throws(() => decodeFields(concat(encoded, newBytes(1))), malformed);
  });

  it("is read as views, so that erasing the whole erases the parts", () => {
    const encoded = encodeFields(text("secret"));
    const [part] = decodeFields(encoded);
    encoded.fill(0);
    assert.deepEqual(part, newBytes(6));
  });

  it("has at most 255 parts", () => {
    const most = Array.from({ length: 255 }, () => newBytes(0));
    assert.equal(decodeFields(encodeFields(...most)).length, 255);
    assert.throws(() => encodeFields(...most, newBytes(0)), InvariantBroken);
  });
});

describe("an optional part", () => {
  it("differs between absent and empty", () => {
    assert.equal(decodeOptionalField(optionalField(undefined)), undefined);
    assert.deepEqual(decodeOptionalField(optionalField(newBytes(0))), newBytes(0));
    assert.deepEqual(decodeOptionalField(optionalField(text("a"))), text("a"));
  });

  it("is refused in any other form", () => {
    for (const wrong of [[], [0, 0], [2], [2, 1]]) {
      assert.throws(() => decodeOptionalField(Uint8Array.from(wrong)), malformed);
    }
  });
});

describe("a number", () => {
  it("is big-endian, of fixed width", () => {
    assert.equal(toHex(u32(0x01020304)), "01020304");
    assert.equal(toHex(u64(0x0102030405060708n)), "0102030405060708");
    assert.equal(decodeU32(u32(0xffff_ffff)), 0xffff_ffff);
    assert.equal(decodeU64(u64(0xffff_ffff_ffff_ffffn)), 0xffff_ffff_ffff_ffffn);
    assert.equal(readU32(u64(7n), 4), 7);
  });

  it("is refused in another width", () => {
    assert.throws(() => decodeU32(newBytes(5)), malformed);
    assert.throws(() => decodeU64(newBytes(7)), malformed);
    assert.throws(() => readU32(newBytes(5), 2), malformed);
  });

  it("is never cut to fit", () => {
    for (const wrong of [-1, 2 ** 32, 0.5, NaN]) {
      assert.throws(() => u32(wrong), InvariantBroken);
    }
    assert.throws(() => u64(-1n), InvariantBroken);
    assert.throws(() => u64(2n ** 64n), InvariantBroken);
  });
});

function copy(part: Uint8Array): Uint8Array {
  return Uint8Array.from(part);
}

function decodeOrFault(encoded: Uint8Array): readonly Uint8Array[] | "malformed" {
  try {
    return decodeFields(encoded);
  } catch (error) {
    assert.deepEqual(error, malformed);
    return "malformed";
  }
}
