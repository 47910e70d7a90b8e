import type { KeyObject } from "node:crypto";
import { AssociatedData, type Place } from "./associated-data.ts";
import { newBytes } from "./bytes.ts";
import { invariant } from "./invariant.ts";
import { NonceSeries } from "./nonce-series.ts";
import { deriveApplicationKey, derivePurposeKey, type MasterSecret } from "./purpose-keys.ts";
import type { RandomSource } from "./random-source.ts";
import {
  CIPHERTEXT_START,
  encodeSealedHeader,
  NONCE_START,
  SEALING_BYTES,
} from "./sealed-header.ts";
import { XaesKey } from "./xaes-256-gcm.ts";

/**
 * Seals and opens the values of one application, version and generation, and holds everything they
 * have in common. The empty application id stands for the system itself.
 */
export class ValueKey {
  readonly #key: XaesKey;
  readonly #header: Uint8Array;
  readonly #associatedData: AssociatedData;
  readonly #nonces = new NonceSeries();

  constructor(master: MasterSecret, applicationId: string, generation: number) {
    this.#key = new XaesKey(keyOf(master, applicationId, generation));
    this.#header = encodeSealedHeader({ version: master.number, generation });
    this.#associatedData = new AssociatedData(master.systemId, applicationId, this.#header);
  }

  /** The sealed value, whole (docs/formats/sealed-value.md). */
  seal(random: RandomSource, place: Place, plaintext: Uint8Array): Uint8Array<ArrayBuffer> {
    const nonce = this.#nonces.next(random);
    const sealed = newBytes(SEALING_BYTES + plaintext.length);
    sealed.set(this.#header);
    sealed.set(nonce, NONCE_START);
    const bound = this.#associatedData.of(place);
    this.#key.seal(nonce, bound, plaintext, sealed, CIPHERTEXT_START);
    return sealed;
  }

  /** The plaintext, in a buffer of its own, of a value that has this header. */
  open(place: Place, sealed: Uint8Array): Uint8Array<ArrayBuffer> {
    const nonce = sealed.subarray(NONCE_START, CIPHERTEXT_START);
    const bound = this.#associatedData.of(place);
    return this.#key.open(nonce, bound, sealed.subarray(CIPHERTEXT_START));
  }
}

function keyOf(master: MasterSecret, applicationId: string, generation: number): KeyObject {
  if (applicationId !== "") {
    return deriveApplicationKey(master, applicationId, generation);
  }
  invariant(generation === 0, "the system itself has no generations");
  return derivePurposeKey(master, "system-value");
}
