/**
 * HPKE (RFC 9180), base mode, single shot, with the one suite of this software: X25519,
 * HKDF-SHA-256, AES-256-GCM.
 */
import { createPublicKey, type webcrypto } from "node:crypto";
import {
  AEAD_AES_256_GCM,
  CipherSuite,
  KDF_HKDF_SHA256,
  KEM_DHKEM_X25519_HKDF_SHA256,
  type KEM,
  type KeyPair,
} from "hpke";
import { concat } from "./bytes.ts";
import { CryptoError } from "./crypto-error.ts";
import { privateKeyFrom, RAW_KEY_BYTES } from "./curve25519-keys.ts";
import type { RandomSource } from "./random-source.ts";
import { SecretBytes } from "./secret-bytes.ts";

/** An X25519 key pair as WebCrypto holds it. */
export type HpkeKeyPair = KeyPair<webcrypto.CryptoKey>;

/** Length of the encapsulated key, in bytes. */
export const ENC_BYTES = 32;
/** Length of the tag at the end of a ciphertext, in bytes. */
export const TAG_BYTES = 16;

/** The pair of a raw private key, 32 bytes; the private half cannot be exported again. */
export function hpkeKeyPair(scalar: SecretBytes): HpkeKeyPair {
  const privateKey = privateKeyFrom("x25519", scalar);
  return {
    privateKey: privateKey.toCryptoKey("X25519", false, ["deriveBits"]),
    publicKey: createPublicKey(privateKey).toCryptoKey("X25519", true, []),
  };
}

/** What both sides must agree on, besides the keys. */
export interface HpkeContext {
  readonly info: Uint8Array;
  readonly aad: Uint8Array;
}

/**
 * `enc` (32 bytes) and the ciphertext with its tag, one after the other. The recipient's key is 32
 * bytes; throws `malformed` for one that no X25519 exchange may use (RFC 7748, section 6.1).
 */
export async function hpkeSeal(
  recipientKey: Uint8Array,
  context: HpkeContext,
  plaintext: SecretBytes,
  random: RandomSource,
): Promise<Uint8Array<ArrayBuffer>> {
  const suite = suiteOf(() => kemWithEphemeral(random));
  try {
    const key = await suite.DeserializePublicKey(recipientKey);
    const sealed = await plaintext.use((bytes) => suite.Seal(key, bytes, context));
    return concat(sealed.encapsulatedSecret, sealed.ciphertext);
  } catch {
    // With a plaintext at hand, the recipient's key is all that HPKE can refuse.
    throw new CryptoError("malformed");
  }
}

/** The plaintext. Throws `open-failed`, whatever the reason. */
export async function hpkeOpen(
  recipient: HpkeKeyPair,
  context: HpkeContext,
  sealed: Uint8Array,
): Promise<SecretBytes> {
  const suite = suiteOf(KEM_DHKEM_X25519_HKDF_SHA256);
  const enc = sealed.subarray(0, ENC_BYTES);
  const ciphertext = sealed.subarray(ENC_BYTES);
  let opened: Uint8Array;
  try {
    opened = await suite.Open(recipient, enc, ciphertext, context);
  } catch {
    // An unusable `enc` and a wrong tag look the same from outside.
    throw new CryptoError("open-failed");
  }
  const plaintext = SecretBytes.copyOf(opened);
  opened.fill(0);
  return plaintext;
}

function suiteOf(kem: () => KEM<webcrypto.CryptoKey>): CipherSuite<webcrypto.CryptoKey> {
  return new CipherSuite(kem, KDF_HKDF_SHA256, AEAD_AES_256_GCM);
}

/**
 * The KEM with ephemeral keys (RFC 9180, section 4) from our source of random bytes instead of the
 * library's own, so that everything that is drawn comes from one source.
 */
function kemWithEphemeral(random: RandomSource): KEM<webcrypto.CryptoKey> {
  return {
    ...KEM_DHKEM_X25519_HKDF_SHA256(),
    GenerateKeyPair() {
      using scalar = SecretBytes.random(random, RAW_KEY_BYTES);
      return Promise.resolve(hpkeKeyPair(scalar));
    },
  };
}
