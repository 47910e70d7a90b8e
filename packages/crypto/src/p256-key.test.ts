import assert from "node:assert/strict";
import { createPrivateKey, createPublicKey, sign, verify } from "node:crypto";
import { describe, it } from "node:test";
import { seededRandom } from "../test/statement-fixtures.ts";
import { concat, fromHex, newBytes, toHex } from "./bytes.ts";
import { caPublicKey, newCaKey } from "./certificate-authority-key.ts";
import { CryptoError } from "./crypto-error.ts";
import { isP256PublicKey, newP256Key } from "./p256-key.ts";
import type { RandomSource } from "./random-source.ts";
import { SecretBytes } from "./secret-bytes.ts";

const ORDER = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";

/** A source which gives these values, one after the other, and then the last for ever. */
function giving(...values: readonly string[]): RandomSource {
  let next = 0;
  return {
    bytes() {
      const value = values[Math.min(next, values.length - 1)] ?? "";
      next += 1;
      return fromHex(value);
    },
  };
}

describe("a P-256 key", () => {
  it("is written as OpenSSL writes it", () => {
    const pkcs8 = newP256Key(seededRandom("p256"));
    const key = pkcs8.use((bytes) =>
      createPrivateKey({ key: Buffer.from(bytes), format: "der", type: "pkcs8" }),
    );
    assert.equal(toHex(key.export({ format: "der", type: "pkcs8" })), pkcs8.use(toHex));
    const spki = createPublicKey(key).export({ format: "der", type: "spki" });
    assert.equal(toHex(spki), toHex(caPublicKey(pkcs8)));
  });

  it("signs what its public half verifies", () => {
    const pkcs8 = newCaKey(seededRandom("ca"));
    const key = pkcs8.use((bytes) =>
      createPrivateKey({ key: Buffer.from(bytes), format: "der", type: "pkcs8" }),
    );
    const message = Uint8Array.of(1, 2, 3);
    const spki = Buffer.from(caPublicKey(pkcs8));
    const publicKey = createPublicKey({ key: spki, format: "der", type: "spki" });
    assert.ok(verify("sha256", message, publicKey, sign("sha256", message, key)));
  });

  it("passes over scalars that are none", () => {
    const good = "1".repeat(64);
    const pkcs8 = newP256Key(giving("0".repeat(64), ORDER, "f".repeat(64), good));
    assert.equal(
      pkcs8.use((bytes) => toHex(bytes.subarray(36, 68))),
      good,
    );
  });

  it("gives up on a source that gives nothing else", () => {
    assert.throws(() => newP256Key(giving(ORDER)), CryptoError);
  });

  it("is refused in another spelling", () => {
    for (const bytes of [newBytes(0), newBytes(138)]) {
      assert.throws(() => caPublicKey(SecretBytes.take(bytes)), CryptoError);
    }
    const bytes = newP256Key(seededRandom("p256")).use((pkcs8) => concat(pkcs8));
    bytes[137] = (bytes[137] ?? 0) ^ 1;
    assert.throws(() => caPublicKey(SecretBytes.take(bytes)), CryptoError);
  });

  it("has a public half of one form", () => {
    const spki = caPublicKey(newP256Key(seededRandom("p256")));
    assert.ok(isP256PublicKey(spki));
    assert.ok(!isP256PublicKey(spki.subarray(1)));
    assert.ok(!isP256PublicKey(spki.with(26, 0x02)));
  });
});
