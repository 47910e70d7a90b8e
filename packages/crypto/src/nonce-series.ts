import { newBytes } from "./bytes.ts";
import type { RandomSource } from "./random-source.ts";
import { DERIVING_BYTES, NONCE_BYTES } from "./xaes-256-gcm.ts";

const SERIES_LENGTH_MAX = 4096;

/**
 * The nonces for one key in one process. The first half, from which XAES derives its key, is drawn
 * once for a series of at most 4096 nonces; the second half is drawn for each. The derived key is
 * then made once in a series, which halves the cost of sealing and of opening.
 *
 * Two nonces of a series are equal with a probability below 2^-73, so that of 2^53 values under one
 * key two share a nonce with a probability of 2^-32 (docs/formats/keys.md).
 */
export class NonceSeries {
  readonly #nonce = newBytes(NONCE_BYTES);
  #left = 0;

  /** The next nonce; the bytes are good until the call after this one. */
  next(random: RandomSource): Uint8Array {
    if (this.#left === 0) {
      this.#nonce.set(random.bytes(DERIVING_BYTES));
      this.#left = SERIES_LENGTH_MAX;
    }
    this.#left -= 1;
    this.#nonce.set(random.bytes(NONCE_BYTES - DERIVING_BYTES), DERIVING_BYTES);
    return this.#nonce;
  }
}
