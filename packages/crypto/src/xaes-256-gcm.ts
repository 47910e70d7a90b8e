import { createCipheriv, createSecretKey, type Cipheriv, type KeyObject } from "node:crypto";
import { decryptAes256Gcm, encryptAes256Gcm } from "./aes-256-gcm.ts";
import { newBytes } from "./bytes.ts";
import { invariant } from "./invariant.ts";
import { RecentCache } from "./recent-cache.ts";

/** The length of every nonce, in bytes. */
export const NONCE_BYTES = 24;

/** How much of the nonce derives the key, in bytes; the rest is the nonce of AES-256-GCM. */
export const DERIVING_BYTES = 12;

const BLOCK_BYTES = 16;
/** The first four bytes of each block: a counter of 16 bits, "X", and zero. */
const COUNTER_AND_LABEL = [0x0001_5800, 0x0002_5800] as const;
const DERIVED_KEYS_REMEMBERED = 32;

/**
 * A key for XAES-256-GCM (C2SP, https://c2sp.org/XAES-256-GCM): AES-256-GCM under a key derived
 * from the first half of a 24-byte nonce, with the second half as its nonce. The key can be used
 * and not read. Derived keys are remembered, because values that were sealed one after the other
 * share theirs (nonce-series.ts), and a new `KeyObject` costs as much as opening a short value.
 */
export class XaesKey {
  /** Encrypts single blocks: one unpadded ECB cipher serves every derivation of this key. */
  readonly #blocks: Cipheriv;
  /** The first CMAC subkey (NIST SP 800-38B, section 6.1). */
  readonly #subkey: DataView;
  /** The nonce in use, copied here because two new views of each would cost more. */
  readonly #nonce = newBytes(NONCE_BYTES);
  readonly #firstHalf = new DataView(this.#nonce.buffer, 0, DERIVING_BYTES);
  readonly #secondHalf = this.#nonce.subarray(DERIVING_BYTES);
  /** The two blocks that a derivation encrypts, of which each fills in the nonce. */
  readonly #messages = newBytes(2 * BLOCK_BYTES);
  readonly #messagesView = new DataView(this.#messages.buffer);
  readonly #derived = new RecentCache<KeyObject>(DERIVED_KEYS_REMEMBERED);

  constructor(key: KeyObject) {
    this.#blocks = createCipheriv("aes-256-ecb", key, null).setAutoPadding(false);
    this.#subkey = cmacSubkey(this.#blocks.update(newBytes(BLOCK_BYTES)));
    for (const [index, start] of COUNTER_AND_LABEL.entries()) {
      this.#messagesView.setUint32(index * BLOCK_BYTES, start ^ this.#subkey.getUint32(0));
    }
  }

  /** Writes ciphertext and tag at `offset`. The nonce must never have been used before. */
  seal(
    nonce: Uint8Array,
    associatedData: Uint8Array,
    plaintext: Uint8Array,
    target: Uint8Array,
    offset: number,
  ): void {
    const key = this.#derivedKey(nonce);
    encryptAes256Gcm(key, this.#secondHalf, associatedData, plaintext, target, offset);
  }

  /** The plaintext of `ciphertext ‖ tag`, in a buffer of its own. Throws `open-failed`. */
  open(
    nonce: Uint8Array,
    associatedData: Uint8Array,
    encrypted: Uint8Array,
  ): Uint8Array<ArrayBuffer> {
    const key = this.#derivedKey(nonce);
    return decryptAes256Gcm(key, this.#secondHalf, associatedData, encrypted);
  }

  /** The key for the nonce's first half; leaves the second half in `#secondHalf`. */
  #derivedKey(nonce: Uint8Array): KeyObject {
    invariant(nonce.length === NONCE_BYTES, "a nonce of XAES-256-GCM has 24 bytes");
    this.#nonce.set(nonce);
    return this.#derived.get(textOf(this.#firstHalf), () => this.#derive());
  }

  /** SP 800-108 in counter mode with CMAC, of which each of the two messages is one block. */
  #derive(): KeyObject {
    for (let offset = 4; offset < BLOCK_BYTES; offset += 4) {
      const word = this.#firstHalf.getUint32(offset - 4) ^ this.#subkey.getUint32(offset);
      this.#messagesView.setUint32(offset, word);
      this.#messagesView.setUint32(BLOCK_BYTES + offset, word);
    }
    const derived = this.#blocks.update(this.#messages);
    const key = createSecretKey(derived);
    derived.fill(0);
    return key;
  }
}

/** The block doubled in GF(2^128): shifted by one bit, reduced by 0x87 if a bit fell out. */
function cmacSubkey(block: Uint8Array): DataView {
  const subkey = new DataView(new ArrayBuffer(BLOCK_BYTES));
  let carry = 0;
  for (const [index, byte] of [...block.entries()].reverse()) {
    subkey.setUint8(index, (byte << 1) | carry);
    carry = byte >>> 7;
  }
  // Multiplied rather than branched upon, because the bit belongs to a secret.
  const last = BLOCK_BYTES - 1;
  subkey.setUint8(last, subkey.getUint8(last) ^ (carry * 0x87));
  block.fill(0);
  return subkey;
}

/** The twelve bytes as six UTF-16 units: the quickest key for a map. Nonces are public. */
function textOf(half: DataView): string {
  return String.fromCharCode(
    half.getUint16(0),
    half.getUint16(2),
    half.getUint16(4),
    half.getUint16(6),
    half.getUint16(8),
    half.getUint16(10),
  );
}
