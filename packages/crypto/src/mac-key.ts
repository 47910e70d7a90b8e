import { createHmac, type KeyObject } from "node:crypto";
import { equalBytes } from "./bytes.ts";

/** The length of every MAC, in bytes. */
export const MAC_BYTES = 32;

/**
 * An HMAC-SHA-256 key (RFC 2104) that can be used and not read. The key is a `KeyObject` because
 * handing Node the raw bytes costs several times the computation.
 */
export class MacKey {
  readonly #key: KeyObject;

  constructor(key: KeyObject) {
    this.#key = key;
  }

  /** 32 bytes, never shortened. */
  mac(message: Uint8Array): Uint8Array {
    return createHmac("sha256", this.#key).update(message).digest();
  }

  /** Whether `mac` is that of the message; it takes the same time wherever they differ. */
  verifies(message: Uint8Array, mac: Uint8Array): boolean {
    return equalBytes(this.mac(message), mac);
  }
}
