import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { toHex } from "./bytes.ts";
import { CryptoError } from "./crypto-error.ts";
import { decodeText, foldName, text } from "./text.ts";

const LONE_SURROGATE = "a\ud800";

describe("text", () => {
  it("is the UTF-8 of its composed form", () => {
    assert.equal(toHex(text("e\u0301")), "c3a9");
    assert.equal(toHex(text("é")), "c3a9");
  });

  it("gives back its composed form", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (value) => {
        assert.equal(decodeText(text(value)), value.normalize("NFC"));
      }),
    );
  });

  it("refuses a lone surrogate", () => {
    assert.throws(() => text(LONE_SURROGATE), new CryptoError("malformed"));
    assert.throws(() => foldName(LONE_SURROGATE), new CryptoError("malformed"));
  });

  it("is not read from bytes that are no UTF-8, or not composed", () => {
    for (const wrong of [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0x65, 0xcc, 0x81], [0xe2]]) {
      assert.throws(() => decodeText(Uint8Array.from(wrong)), new CryptoError("malformed"));
    }
  });

  it("keeps a byte order mark, which is a character like any other", () => {
    assert.equal(decodeText(text("\ufeffa")), "\ufeffa");
  });
});

describe("foldName", () => {
  const everyCharacter = Array.from({ length: 0x110000 }, (_, point) => point)
    .filter((point) => point < 0xd800 || point > 0xdfff)
    .map((point) => String.fromCodePoint(point));

  it("makes one name of spellings that differ in case or composition", () => {
    const pairs = [
      ["CORP\\Ada", "corp\\ADA"],
      ["Straße", "STRASSE"],
      ["STRAẞE", "strasse"],
      ["ΟΔΟΣ", "οδος"],
      ["É", "e\u0301"],
      ["K", "k"], // the Kelvin sign
    ] as const;
    for (const [one, other] of pairs) {
      assert.equal(foldName(one), foldName(other), `${one} ${other}`);
    }
  });

  it("keeps names apart that differ in more", () => {
    assert.notEqual(foldName("ada"), foldName("ada "));
    assert.notEqual(foldName("e"), foldName("é"));
  });

  it("changes nothing when applied again, for every character", () => {
    const changed = everyCharacter.filter((one) => foldName(foldName(one)) !== foldName(one));
    assert.deepEqual(changed, []);
  });

  it("gives the same for the upper and the lower form of every character", () => {
    const different = everyCharacter.filter((character) => {
      const forms = [character, character.toUpperCase(), character.toLowerCase()];
      return new Set(forms.map(foldName)).size > 1;
    });
    assert.deepEqual(different, []);
  });
});
