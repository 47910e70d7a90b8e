/** The vectors of C2SP XAES-256-GCM. */
import assert from "node:assert/strict";
import { createSecretKey } from "node:crypto";
import { describe, it } from "node:test";
import { TAG_BYTES } from "../src/aes-256-gcm.ts";
import { newBytes } from "../src/bytes.ts";
import { CryptoError, fromHex, text, toHex } from "../src/index.ts";
import { XaesKey } from "../src/xaes-256-gcm.ts";
import { withOneBitFlipped } from "./statement-fixtures.ts";
import { readXaesVectors } from "./published-vectors.ts";
import { accumulateXaes } from "./xaes-accumulated.ts";

describe("XAES-256-GCM", () => {
  const { vectors, accumulated } = readXaesVectors();

  for (const vector of vectors) {
    const key = new XaesKey(createSecretKey(fromHex(vector.key)));
    const nonce = text(vector.nonceText);
    const associatedData = text(vector.aadText);
    const plaintext = text(vector.plaintextText);
    const ciphertext = fromHex(vector.ciphertext);

    it(`seals what was published for key ${vector.key.slice(0, 4)}`, () => {
      const sealed = newBytes(plaintext.length + TAG_BYTES);
      key.seal(nonce, associatedData, plaintext, sealed, 0);
      assert.equal(toHex(sealed), vector.ciphertext);
    });

    it(`opens what was published for key ${vector.key.slice(0, 4)}`, () => {
      assert.deepEqual(key.open(nonce, associatedData, ciphertext), plaintext);
    });

    it(`opens nothing with one bit of the nonce changed, key ${vector.key.slice(0, 4)}`, () => {
      for (const { place, flipped } of withOneBitFlipped(nonce)) {
        const open = () => key.open(flipped, associatedData, ciphertext);
        assert.throws(open, new CryptoError("open-failed"), place);
      }
    });
  }

  it("gives the published hash over 10,000 random messages", () => {
    assert.equal(accumulateXaes(10_000), accumulated["10000"]);
  });
});
