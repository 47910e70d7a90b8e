import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { toHex } from "./bytes.ts";
import { CryptoError } from "./crypto-error.ts";
import { InvariantBroken } from "./invariant.ts";
import { Keyring, type VersionState } from "./keyring.ts";
import { addVersion, destroyVersion, promoteVersion } from "./keyring-acts.ts";
import { PLAINTEXT_BYTES_MAX, readSealedHeader } from "./sealed-header.ts";
import { openValue, type SealContext, sealValue } from "./sealed-value.ts";
import { text } from "./text.ts";
import { makeSecret, seededRandom, SYSTEM } from "../test/statement-fixtures.ts";

const context: SealContext = {
  applicationId: "app_sap",
  generation: 0,
  kind: "mapping-credentials",
  naturalKey: [text("https://idp.example"), text("ada")],
  revision: text("1"),
};
const random = seededRandom("sealed values");

describe("a sealed value", () => {
  it("opens to what was sealed, in a buffer of its own", () => {
    const ring = ringOf("primary");
    using opened = openValue(ring, context, sealValue(ring, random, context, text("password")));
    assert.deepEqual(
      opened.use((bytes) => bytes.slice()),
      text("password"),
    );
    assert.equal(
      opened.use((bytes) => bytes.buffer.byteLength),
      8,
    );
  });

  it("is never the same twice", () => {
    const ring = ringOf("primary");
    const seal = () => toHex(sealValue(ring, random, context, text("password")));
    assert.equal(new Set(Array.from({ length: 100 }, seal)).size, 100);
  });

  it("is sealed under the primary version, and opens as long as the keyring has it", () => {
    const first = ringOf("primary");
    const sealed = sealValue(first, random, context, text("old"));
    const second = promoteVersion(addVersion(first, 2, makeSecret(2)), 2);
    const resealed = sealValue(second, random, context, text("new"));
    assert.equal(readSealedHeader(sealed).version, 1);
    assert.equal(readSealedHeader(resealed).version, 2);
    using opened = openValue(second, context, sealed);
    assert.deepEqual(
      opened.use((bytes) => bytes.slice()),
      text("old"),
    );
    const open = () => openValue(destroyVersion(second, 1), context, sealed);
    assert.throws(open, new CryptoError("open-failed"));
  });

  it("is bound to its generation, of which two can be read at the same time", () => {
    const ring = ringOf("primary");
    const older = sealValue(ring, random, context, text("older"));
    const newer = sealValue(ring, random, { ...context, generation: 1 }, text("newer"));
    for (const sealed of [older, newer]) {
      const { generation } = readSealedHeader(sealed);
      openValue(ring, { ...context, generation }, sealed).erase();
    }
    assert.throws(() => openValue(ring, context, newer), new CryptoError("open-failed"));
  });

  it("holds at most 1 MiB", () => {
    const ring = ringOf("primary");
    const most = new Uint8Array(PLAINTEXT_BYTES_MAX);
    const sealed = sealValue(ring, random, context, most);
    assert.equal(openValue(ring, context, sealed).length, PLAINTEXT_BYTES_MAX);
    const more = new Uint8Array(PLAINTEXT_BYTES_MAX + 1);
    assert.throws(() => sealValue(ring, random, context, more), InvariantBroken);
    const tooLong = new Uint8Array(sealed.length + 1).fill(1);
    assert.throws(() => openValue(ring, context, tooLong), new CryptoError("malformed"));
  });

  it("is not made before a version is primary", () => {
    const seal = () => sealValue(ringOf("prepared"), random, context, text("early"));
    assert.throws(seal, InvariantBroken);
  });

  it("has no generation and no long application id where there cannot be one", () => {
    const ring = ringOf("primary");
    const wrong = [
      { ...context, applicationId: "", generation: 1 },
      { ...context, applicationId: "a".repeat(256) },
      { ...context, generation: -1 },
    ];
    for (const impossible of wrong) {
      assert.throws(() => sealValue(ring, random, impossible, text("x")), InvariantBroken);
    }
  });

  it("opens from the middle of a larger buffer", () => {
    const ring = ringOf("primary");
    const sealed = sealValue(ring, random, context, text("password"));
    const larger = new Uint8Array(sealed.length + 10);
    larger.set(sealed, 7);
    using opened = openValue(ring, context, larger.subarray(7, 7 + sealed.length));
    assert.equal(opened.length, 8);
  });
});

function ringOf(state: VersionState): Keyring {
  return Keyring.of(SYSTEM, [{ number: 1, state, secret: makeSecret(1) }]);
}
