import assert from "node:assert/strict";
import { createPrivateKey, createPublicKey } from "node:crypto";
import { describe, it } from "node:test";
import { inspect } from "node:util";
import { makeNodeKeys, seededRandom } from "../test/statement-fixtures.ts";
import { toHex } from "./bytes.ts";
import { InvariantBroken } from "./invariant.ts";
import { NodeKeys } from "./node-keys.ts";

describe("node keys", () => {
  it("come back from their file", () => {
    const keys = makeNodeKeys();
    using file = keys.encode();
    assert.equal(file.length, 236);
    assert.deepEqual(NodeKeys.decode(file).publicKeys, keys.publicKeys);
  });

  it("are other keys each time", () => {
    const random = seededRandom("two");
    const [one, two] = [NodeKeys.generate(random), NodeKeys.generate(random)];
    assert.notDeepEqual(one.publicKeys.hpkeKey, two.publicKeys.hpkeKey);
    assert.notDeepEqual(one.publicKeys.statementKey, two.publicKeys.statementKey);
    assert.notDeepEqual(one.publicKeys.tlsKey, two.publicKeys.tlsKey);
  });

  it("give the TLS key that belongs to the public one", () => {
    const keys = makeNodeKeys();
    using tls = keys.tlsPrivateKey();
    const key = tls.use((bytes) =>
      createPrivateKey({ key: Buffer.from(bytes), format: "der", type: "pkcs8" }),
    );
    const spki = createPublicKey(key).export({ format: "der", type: "spki" });
    assert.equal(toHex(spki), toHex(keys.publicKeys.tlsKey));
  });

  it("let no HPKE private key be exported", () => {
    const { privateKey, publicKey } = makeNodeKeys().hpkeKeyPair();
    assert.equal(privateKey.extractable, false);
    assert.equal(publicKey.extractable, true);
  });

  it("are of no use after they were erased", () => {
    const keys = makeNodeKeys();
    {
      using scoped = keys;
      assert.ok(scoped.publicKeys);
    }
    assert.throws(() => keys.encode(), InvariantBroken);
    assert.throws(() => keys.tlsPrivateKey(), InvariantBroken);
    assert.throws(() => keys.hpkeKeyPair(), InvariantBroken);
  });

  it("do not show when they are printed", () => {
    const keys = makeNodeKeys();
    const seed = keys.encode().use((file) => toHex(file.subarray(62, 94)));
    assert.ok(!inspect(keys, { depth: 9, showHidden: true }).includes(seed.slice(0, 8)));
  });
});
