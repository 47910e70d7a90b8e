/** Wycheproof against the functions which the package itself calls. */
import assert from "node:assert/strict";
import { createSecretKey } from "node:crypto";
import { describe, it } from "node:test";
import { decryptAes256Gcm, encryptAes256Gcm, TAG_BYTES } from "../src/aes-256-gcm.ts";
import { concat, newBytes } from "../src/bytes.ts";
import { hkdfSha256 } from "../src/hkdf.ts";
import { MacKey } from "../src/mac-key.ts";
import { CryptoError } from "../src/index.ts";
import { bytesOf, readWycheproof, type WycheproofTest } from "./published-vectors.ts";

describe("AES-256-GCM as wired, by Wycheproof", () => {
  const groups = readWycheproof("aes_gcm_test.json").filter(
    ({ keySize, ivSize, tagSize }) => keySize === 256 && ivSize === 96 && tagSize === 128,
  );
  const tests = groups.flatMap((group) => group.tests);

  it("is tested by the groups of 256-bit keys, 96-bit nonces and 128-bit tags", () => {
    assert.equal(tests.length, 66);
  });

  for (const test of tests) {
    it(`${test.result} ${test.tcId.toString()} ${test.comment}`, () => {
      if (test.result === "valid") {
        assert.deepEqual(decrypt(test), bytesOf(test, "msg"));
        assert.deepEqual(encrypt(test), concat(bytesOf(test, "ct"), bytesOf(test, "tag")));
      } else {
        assert.throws(() => decrypt(test), new CryptoError("open-failed"));
      }
    });
  }
});

describe("HKDF-SHA-256 as wired, by Wycheproof", () => {
  for (const test of readWycheproof("hkdf_sha256_test.json").flatMap((group) => group.tests)) {
    it(`${test.result} ${test.tcId.toString()} ${test.comment}`, () => {
      const derive = () =>
        hkdfSha256(
          bytesOf(test, "ikm"),
          bytesOf(test, "salt"),
          bytesOf(test, "info"),
          Number(test["size"]),
        );
      if (test.result === "valid") {
        assert.equal(derive().export().toString("hex"), test["okm"]);
      } else {
        assert.throws(derive, { code: "ERR_CRYPTO_INVALID_KEYLEN" });
      }
    });
  }
});

describe("HMAC-SHA-256 as wired, by Wycheproof", () => {
  const groups = readWycheproof("hmac_sha256_test.json").filter(({ tagSize }) => tagSize === 256);
  const tests = groups.flatMap((group) => group.tests);

  it("is tested by the groups of whole tags", () => {
    assert.equal(tests.length, 87);
  });

  for (const test of tests) {
    it(`${test.result} ${test.tcId.toString()} ${test.comment}`, () => {
      const key = new MacKey(createSecretKey(bytesOf(test, "key")));
      const isValid = key.verifies(bytesOf(test, "msg"), bytesOf(test, "tag"));
      assert.equal(isValid, test.result === "valid");
    });
  }
});

function encrypt(test: WycheproofTest): Uint8Array {
  const plaintext = bytesOf(test, "msg");
  const target = newBytes(plaintext.length + TAG_BYTES);
  const key = createSecretKey(bytesOf(test, "key"));
  encryptAes256Gcm(key, bytesOf(test, "iv"), bytesOf(test, "aad"), plaintext, target, 0);
  return target;
}

function decrypt(test: WycheproofTest): Uint8Array {
  const encrypted = concat(bytesOf(test, "ct"), bytesOf(test, "tag"));
  const key = createSecretKey(bytesOf(test, "key"));
  return decryptAes256Gcm(key, bytesOf(test, "iv"), bytesOf(test, "aad"), encrypted);
}
