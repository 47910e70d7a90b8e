import { newBytes } from "./bytes.ts";
import { CryptoError } from "./crypto-error.ts";
import { writeU32 } from "./fields.ts";
import { NONCE_BYTES } from "./xaes-256-gcm.ts";
import { TAG_BYTES } from "./aes-256-gcm.ts";

/** What a sealed value says about itself; not to be believed before it has been opened. */
export interface SealedHeader {
  /** The version of the master secret. */
  readonly version: number;
  /** The generation of the application. */
  readonly generation: number;
}

/** The largest plaintext, in bytes. */
export const PLAINTEXT_BYTES_MAX = 1_048_576;

/** Where the nonce begins: behind format version, version and generation. */
export const NONCE_START = 9;

/** Where ciphertext and tag begin. */
export const CIPHERTEXT_START = NONCE_START + NONCE_BYTES;

/** What sealing adds to a plaintext, in bytes. */
export const SEALING_BYTES = CIPHERTEXT_START + TAG_BYTES;

const FORMAT_VERSION = 1;
const VERSION_START = 1;
const GENERATION_START = 5;

/** The first nine bytes of a sealed value. */
export function encodeSealedHeader(header: SealedHeader): Uint8Array<ArrayBuffer> {
  const encoded = newBytes(NONCE_START);
  encoded[0] = FORMAT_VERSION;
  writeU32(encoded, VERSION_START, header.version);
  writeU32(encoded, GENERATION_START, header.generation);
  return encoded;
}

/**
 * Reads the header without opening the value. Throws `unknown-version` for another format, and
 * `malformed` for a length that no sealed value has.
 */
export function readSealedHeader(sealed: Uint8Array): SealedHeader {
  if (sealed.length > 0 && sealed[0] !== FORMAT_VERSION) {
    throw new CryptoError("unknown-version");
  }
  if (sealed.length < SEALING_BYTES || sealed.length > SEALING_BYTES + PLAINTEXT_BYTES_MAX) {
    throw new CryptoError("malformed");
  }
  const header = new DataView(sealed.buffer, sealed.byteOffset, NONCE_START);
  return {
    version: header.getUint32(VERSION_START),
    generation: header.getUint32(GENERATION_START),
  };
}
