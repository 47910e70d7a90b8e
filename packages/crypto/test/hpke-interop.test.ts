/**
 * Our HPKE library against the values of RFC 9180 and against a second, independent one. RFC 9180
 * has no values for the suite with AES-256-GCM: A.1 has the same KEM and KDF.
 */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { AEAD_AES_128_GCM, CipherSuite, KDF_HKDF_SHA256, KEM_DHKEM_X25519_HKDF_SHA256 } from "hpke";
import { hpkeOpen, hpkeSeal } from "../src/hpke.ts";
import { concat, fromHex, SecretBytes, toHex } from "../src/index.ts";
import { otherHpke } from "./other-hpke.ts";
import { makeNodeKeys, seededRandom } from "./statement-fixtures.ts";
import vectors from "./vectors/hpke-rfc9180-a1.json" with { type: "json" };

const PLAINTEXT = Uint8Array.from({ length: 100 }, (_, index) => index);
const CONTEXT = { info: Uint8Array.of(1, 2, 3), aad: Uint8Array.of(4, 5) };

function ours(): CipherSuite {
  const kem = KEM_DHKEM_X25519_HKDF_SHA256();
  const ephemeral = fromHex(vectors.ikmE);
  const fixed = { ...kem, GenerateKeyPair: () => kem.DeriveKeyPair(ephemeral, true) };
  return new CipherSuite(() => fixed, KDF_HKDF_SHA256, AEAD_AES_128_GCM);
}

/** An array buffer of exactly these bytes, as the other library wants it. */
function buffer(bytes: Uint8Array): ArrayBuffer {
  return concat(bytes).buffer;
}

describe("HPKE against RFC 9180, A.1", () => {
  it("derives the recipient's key", async () => {
    const suite = ours();
    const pair = await suite.DeriveKeyPair(fromHex(vectors.ikmR), true);
    assert.equal(toHex(await suite.SerializePrivateKey(pair.privateKey)), vectors.skRm);
    assert.equal(toHex(await suite.SerializePublicKey(pair.publicKey)), vectors.pkRm);
  });

  it("encrypts to the published values", async () => {
    const suite = ours();
    const key = await suite.DeserializePublicKey(fromHex(vectors.pkRm));
    const sender = await suite.SetupSender(key, { info: fromHex(vectors.info) });
    assert.equal(toHex(sender.encapsulatedSecret), vectors.enc);
    for (const { pt, aad, ct } of vectors.encryptions) {
      assert.equal(toHex(await sender.ctx.Seal(fromHex(pt), fromHex(aad))), ct);
    }
  });

  it("decrypts the published values", async () => {
    const suite = ours();
    const pair = await suite.DeriveKeyPair(fromHex(vectors.ikmR));
    const info = fromHex(vectors.info);
    const recipient = await suite.SetupRecipient(pair, fromHex(vectors.enc), { info });
    for (const { pt, aad, ct } of vectors.encryptions) {
      assert.equal(toHex(await recipient.Open(fromHex(ct), fromHex(aad))), pt);
    }
  });

  it("exports the published values", async () => {
    const suite = ours();
    const pair = await suite.DeriveKeyPair(fromHex(vectors.ikmR));
    const info = fromHex(vectors.info);
    const recipient = await suite.SetupRecipient(pair, fromHex(vectors.enc), { info });
    for (const { context, value } of vectors.exports) {
      assert.equal(toHex(await recipient.Export(fromHex(context), 32)), value);
    }
  });

  it("agrees with the other library, which encrypts to the published values too", async () => {
    const suite = await otherHpke("Aes128Gcm");
    const recipientPublicKey = await suite.kem.deserializePublicKey(buffer(fromHex(vectors.pkRm)));
    const ekm = await suite.kem.deriveKeyPair(buffer(fromHex(vectors.ikmE)));
    const info = buffer(fromHex(vectors.info));
    const sender = await suite.createSenderContext({ recipientPublicKey, info, ekm });
    assert.equal(toHex(new Uint8Array(sender.enc)), vectors.enc);
    for (const { pt, aad, ct } of vectors.encryptions) {
      const sealed = await sender.seal(buffer(fromHex(pt)), buffer(fromHex(aad)));
      assert.equal(toHex(new Uint8Array(sealed)), ct);
    }
  });
});

describe("HPKE with our suite against the other library", () => {
  const keys = makeNodeKeys();

  it("opens what the other library sealed", async () => {
    const suite = await otherHpke("Aes256Gcm");
    const recipientPublicKey = await suite.kem.deserializePublicKey(
      buffer(keys.publicKeys.hpkeKey),
    );
    const info = buffer(CONTEXT.info);
    const sender = await suite.createSenderContext({ recipientPublicKey, info });
    const ciphertext = await sender.seal(buffer(PLAINTEXT), buffer(CONTEXT.aad));
    const sealed = concat(new Uint8Array(sender.enc), new Uint8Array(ciphertext));
    const opened = await hpkeOpen(keys.hpkeKeyPair(), CONTEXT, sealed);
    assert.deepEqual(opened.use(toHex), toHex(PLAINTEXT));
  });

  it("seals what the other library opens", async () => {
    const plaintext = SecretBytes.copyOf(PLAINTEXT);
    const random = seededRandom("ephemeral");
    const sealed = await hpkeSeal(keys.publicKeys.hpkeKey, CONTEXT, plaintext, random);
    const suite = await otherHpke("Aes256Gcm");
    const recipientKey = keys.hpkeKeyPair();
    const info = buffer(CONTEXT.info);
    const enc = buffer(sealed.subarray(0, 32));
    const recipient = await suite.createRecipientContext({ recipientKey, enc, info });
    const opened = await recipient.open(buffer(sealed.subarray(32)), buffer(CONTEXT.aad));
    assert.deepEqual(toHex(new Uint8Array(opened)), toHex(PLAINTEXT));
  });
});
