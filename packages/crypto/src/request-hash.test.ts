import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { CryptoError } from "./crypto-error.ts";
import { Keyring } from "./keyring.ts";
import { hashRequest, isHashOfRequest, REQUEST_HASH_BYTES } from "./request-hash.ts";
import { SecretBytes } from "./secret-bytes.ts";
import { parseSystemId } from "./system-id.ts";
import { text } from "./text.ts";

const SYSTEM = parseSystemId("aaaaaaaaaaaaaaaaaaaaaaaaaa");

function makeRing(fill: number, state: "primary" | "prepared" = "primary"): Keyring {
  const secret = SecretBytes.take(new Uint8Array(new ArrayBuffer(32)).fill(fill));
  return Keyring.of(SYSTEM, [{ number: 1, state, secret }]);
}

describe("the hash of a request", () => {
  const ring = makeRing(7);
  const hash = hashRequest(ring, text("set password"));

  it("is of its request alone", () => {
    assert.equal(hash.length, REQUEST_HASH_BYTES);
    assert.equal(isHashOfRequest(ring, text("set password"), hash), true);
    assert.equal(isHashOfRequest(ring, text("set passw0rd"), hash), false);
  });

  it("is not to be checked without the master secret", () => {
    assert.equal(isHashOfRequest(makeRing(8), text("set password"), hash), false);
    const later = hash.slice();
    later[3] = 2;
    assert.equal(isHashOfRequest(ring, text("set password"), later), false);
  });

  it("has one length", () => {
    for (const length of [0, 35, 37]) {
      assert.throws(
        () => isHashOfRequest(ring, text("x"), new Uint8Array(length)),
        (error) => error instanceof CryptoError && error.code === "malformed",
      );
    }
  });

  it("is not made before a version is primary", () => {
    assert.throws(() => hashRequest(makeRing(7, "prepared"), text("x")), /primary/);
  });
});
