/** Wycheproof's X25519 and Ed25519 vectors against these primitives as this package calls them. */
import assert from "node:assert/strict";
import { subtle } from "node:crypto";
import { describe, it } from "node:test";
import {
  clampScalar,
  privateKeyFrom,
  publicKeyFrom,
  rawPublicKey,
  signEd25519,
  verifyEd25519,
} from "../src/curve25519-keys.ts";
import { hpkeKeyPair } from "../src/hpke.ts";
import { concat, fromHex, SecretBytes, toHex } from "../src/index.ts";
import ed25519 from "./vectors/published/wycheproof/ed25519_test.json" with { type: "json" };
import x25519 from "./vectors/published/wycheproof/x25519_test.json" with { type: "json" };

describe("Wycheproof X25519", () => {
  const tests = x25519.testGroups.flatMap((group) => group.tests);

  for (const { tcId, private: scalar, public: point, shared, result } of tests) {
    it(`exchanges as expected: test ${tcId.toString()} (${result})`, async () => {
      const raw = SecretBytes.take(fromHex(scalar));
      const publicKey = publicKeyFrom("x25519", fromHex(point));
      const exchange = async (): Promise<string> => {
        // As the HPKE library does it, on the pair that we give it.
        const algorithm = {
          name: "X25519",
          public: publicKey.toCryptoKey("X25519", true, []),
        };
        const bits = await subtle.deriveBits(algorithm, hpkeKeyPair(raw).privateKey, 256);
        return toHex(new Uint8Array(bits));
      };
      if (/^0*$/.test(shared)) {
        await assert.rejects(exchange()); // a low-order point: HPKE must not go on with zeros
      } else {
        assert.equal(await exchange(), shared);
      }
    });
  }

  it("gives the same key for a scalar before and after it is clamped", () => {
    for (const { private: scalar } of tests) {
      const clamped = SecretBytes.take(clampScalar(fromHex(scalar)));
      const asGiven = privateKeyFrom("x25519", SecretBytes.take(fromHex(scalar)));
      const asStored = privateKeyFrom("x25519", clamped);
      assert.equal(toHex(rawPublicKey(asStored)), toHex(rawPublicKey(asGiven)));
    }
  });
});

describe("Wycheproof Ed25519", () => {
  for (const { publicKey, tests } of ed25519.testGroups) {
    for (const { tcId, msg, sig, result } of tests) {
      it(`verifies as expected: test ${tcId.toString()} (${result})`, () => {
        const key = publicKeyFrom("ed25519", fromHex(publicKey.pk));
        const verified = verifyEd25519(key, fromHex(msg), concat(Buffer.from(sig, "hex")));
        assert.equal(verified, result === "valid");
      });
    }
  }
});

describe("Ed25519 of RFC 8032", () => {
  it("signs the third test of section 7.1 as published", () => {
    const seed = "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7";
    const key = privateKeyFrom("ed25519", SecretBytes.take(fromHex(seed)));
    const expected =
      "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac" +
      "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a";
    assert.equal(toHex(signEd25519(key, fromHex("af82"))), expected);
  });
});
