import type { Place } from "./associated-data.ts";
import { CryptoError } from "./crypto-error.ts";
import { invariant } from "./invariant.ts";
import type { Keyring } from "./keyring.ts";
import type { RandomSource } from "./random-source.ts";
import { PLAINTEXT_BYTES_MAX, readSealedHeader } from "./sealed-header.ts";
import { SecretBytes } from "./secret-bytes.ts";

/** Everything a sealed value is bound to, besides its system and version. */
export interface SealContext extends Place {
  /** At most 255 bytes; empty, with generation 0, for a value of the system itself. */
  readonly applicationId: string;
  /** The generation of the application, from 0 to 2^32 - 1. */
  readonly generation: number;
}

/**
 * Seals at most 1 MiB under the primary version (docs/formats/sealed-value.md). `random` supplies
 * bytes of the nonce, which are public: a `NoncePool` is made for it. Throws `InvariantBroken` if
 * the plaintext is longer or no version is primary.
 */
export function sealValue(
  ring: Keyring,
  random: RandomSource,
  context: SealContext,
  plaintext: Uint8Array,
): Uint8Array<ArrayBuffer> {
  invariant(plaintext.length <= PLAINTEXT_BYTES_MAX, "at most 1 MiB is sealed at once");
  invariant(ring.primary !== undefined, "nothing is sealed before a version is primary");
  const key = ring.valueKey(ring.primary, context.applicationId, context.generation);
  return key.seal(random, context, plaintext);
}

/**
 * Opens a value that was sealed for exactly this context (P9), under any version which the keyring
 * has. Throws `unknown-version`, `malformed`, or `open-failed` for whatever else is wrong; whether
 * the keyring lacks the version is seen from `readSealedHeader` and `Keyring.has`.
 */
export function openValue(ring: Keyring, context: SealContext, sealed: Uint8Array): SecretBytes {
  const { version, generation } = readSealedHeader(sealed);
  if (generation !== context.generation || !ring.has(version)) {
    throw new CryptoError("open-failed");
  }
  const key = ring.valueKey(version, context.applicationId, generation);
  return SecretBytes.take(key.open(context, sealed));
}
