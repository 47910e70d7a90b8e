import type { KeyObject } from "node:crypto";
import { privateKeyFrom, rawPrivateKey, rawPublicKey } from "./curve25519-keys.ts";
import { invariant } from "./invariant.ts";
import type { RandomSource } from "./random-source.ts";
import { SecretBytes } from "./secret-bytes.ts";
import { type NoteType, openSignedNote, signNote } from "./signed-note.ts";
import type { SystemId } from "./system-id.ts";

const SIGNER = "authority";
const SEED_BYTES = 32;

/**
 * The system's signing key (Ed25519): it alone says who a node is and what the keyring is. Its
 * private half is known to candidates and backups only.
 */
export class Authority {
  /** 32 bytes; every party of the system pins them. */
  readonly publicKey: Uint8Array;
  #key: KeyObject | undefined;

  private constructor(key: KeyObject) {
    this.#key = key;
    this.publicKey = rawPublicKey(key);
  }

  /** A new authority. */
  static generate(random: RandomSource): Authority {
    using seed = SecretBytes.random(random, SEED_BYTES);
    return Authority.fromSeed(seed);
  }

  /** The authority of a seed of 32 bytes, which stays the caller's. */
  static fromSeed(seed: SecretBytes): Authority {
    return new Authority(privateKeyFrom("ed25519", seed));
  }

  /** A signed note. `body` are lines `name value`; their meaning is the type's. */
  sign(type: NoteType, systemId: SystemId, body: readonly string[]): string {
    return signNote({ type, systemId, signer: SIGNER }, body, this.#present());
  }

  /** A copy of the seed, 32 bytes, which becomes the caller's. */
  seed(): SecretBytes {
    return rawPrivateKey(this.#present());
  }

  /** Forgets the private half (OpenSSL overwrites it when the key object is collected). */
  erase(): void {
    this.#key = undefined;
  }

  [Symbol.dispose](): void {
    this.erase();
  }

  #present(): KeyObject {
    invariant(this.#key !== undefined, "an authority was used after it was erased");
    return this.#key;
  }
}

/** What the reader of a note knows already; nothing of it is taken from the note. */
export interface ExpectedNote {
  readonly type: NoteType;
  readonly systemId: SystemId;
  /** 32 bytes, pinned. */
  readonly authorityKey: Uint8Array;
}

/**
 * The lines of the body of a note of the authority. Throws `malformed`, `unknown-version` (a type
 * this software does not know) or `not-authentic` (another type, system or key than expected).
 */
export function openNote(note: string, expected: ExpectedNote): readonly string[] {
  const { type, systemId, authorityKey } = expected;
  return openSignedNote(note, { type, systemId, signer: SIGNER }, authorityKey);
}
