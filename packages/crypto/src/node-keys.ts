import { concat, equalBytes } from "./bytes.ts";
import { CryptoError } from "./crypto-error.ts";
import {
  clampScalar,
  isClamped,
  privateKeyFrom,
  RAW_KEY_BYTES,
  rawPublicKey,
} from "./curve25519-keys.ts";
import { decodeFields, encodeFields } from "./fields.ts";
import { type HpkeKeyPair, hpkeKeyPair } from "./hpke.ts";
import { checkP256Key, newP256Key, p256PublicKey } from "./p256-key.ts";
import type { RandomSource } from "./random-source.ts";
import { SecretBytes } from "./secret-bytes.ts";
import { text } from "./text.ts";

const MAGIC = "chatelaine/node-key";
// The byte after the magic: the version. The byte after that: how the keys are protected; 00 is
// not at all, and others are not written yet.
const VERSION_AND_PROTECTION = Uint8Array.of(0x01, 0x00);

/** The public halves, named as in a warrant. */
export interface NodePublicKeys {
  /** P-256, SubjectPublicKeyInfo, 91 bytes. */
  readonly tlsKey: Uint8Array;
  /** X25519, 32 bytes. */
  readonly hpkeKey: Uint8Array;
  /** Ed25519, 32 bytes. */
  readonly statementKey: Uint8Array;
}

interface PrivateKeys {
  /** Scalar of X25519, clamped. */
  readonly hpke: SecretBytes;
  /** Seed of Ed25519. */
  readonly statement: SecretBytes;
  /** PKCS#8 of P-256. */
  readonly tls: SecretBytes;
}

/** A node's three private keys: for sealed keyrings (HPKE), for its statements, and for TLS. */
export class NodeKeys {
  readonly publicKeys: NodePublicKeys;
  readonly #keys: PrivateKeys;

  private constructor(keys: PrivateKeys) {
    this.#keys = keys;
    this.publicKeys = {
      tlsKey: p256PublicKey(keys.tls),
      hpkeKey: rawPublicKey(privateKeyFrom("x25519", keys.hpke)),
      statementKey: rawPublicKey(privateKeyFrom("ed25519", keys.statement)),
    };
  }

  /** New keys. */
  static generate(random: RandomSource): NodeKeys {
    return new NodeKeys({
      hpke: SecretBytes.take(clampScalar(random.bytes(RAW_KEY_BYTES))),
      statement: SecretBytes.random(random, RAW_KEY_BYTES),
      tls: newP256Key(random),
    });
  }

  /**
   * The keys in a node key file, which stays the caller's. Throws `malformed`, or
   * `unknown-version` for another version or a protection other than none.
   */
  static decode(file: SecretBytes): NodeKeys {
    return new NodeKeys(file.use(parse));
  }

  /** The node key file, 236 bytes. It holds the keys in clear. */
  encode(): SecretBytes {
    const { hpke, statement, tls } = this.#keys;
    const keys = hpke.use((scalar) =>
      statement.use((seed) => tls.use((pkcs8) => encodeFields(scalar, seed, pkcs8))),
    );
    const file = SecretBytes.take(concat(text(MAGIC), VERSION_AND_PROTECTION, keys));
    keys.fill(0);
    return file;
  }

  /** A copy of the TLS private key, PKCS#8, which becomes the caller's. */
  tlsPrivateKey(): SecretBytes {
    return this.#keys.tls.use((pkcs8) => SecretBytes.copyOf(pkcs8));
  }

  /** The HPKE key as the library wants it. */
  hpkeKeyPair(): HpkeKeyPair {
    return hpkeKeyPair(this.#keys.hpke);
  }

  /** Overwrites the private keys with zeros. */
  erase(): void {
    this.#keys.hpke.erase();
    this.#keys.statement.erase();
    this.#keys.tls.erase();
  }

  [Symbol.dispose](): void {
    this.erase();
  }
}

function parse(file: Uint8Array): PrivateKeys {
  const magic = text(MAGIC);
  const keysOffset = magic.length + VERSION_AND_PROTECTION.length;
  if (file.length < keysOffset || !equalBytes(file.subarray(0, magic.length), magic)) {
    throw new CryptoError("malformed");
  }
  if (!equalBytes(file.subarray(magic.length, keysOffset), VERSION_AND_PROTECTION)) {
    throw new CryptoError("unknown-version");
  }
  const [hpke, statement, tls, ...more] = decodeFields(file.subarray(keysOffset));
  if (hpke === undefined || statement === undefined || tls === undefined || more.length > 0) {
    throw new CryptoError("malformed");
  }
  if (!isScalar(hpke) || statement.length !== RAW_KEY_BYTES) {
    throw new CryptoError("malformed");
  }
  checkP256Key(tls);
  return {
    hpke: SecretBytes.copyOf(hpke),
    statement: SecretBytes.copyOf(statement),
    tls: SecretBytes.copyOf(tls),
  };
}

function isScalar(bytes: Uint8Array): boolean {
  return bytes.length === RAW_KEY_BYTES && isClamped(bytes);
}
