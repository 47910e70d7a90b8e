import { type KeyObject, createCipheriv, createSecretKey } from "node:crypto";
import {
  concat,
  Keyring,
  newSystemId,
  NoncePool,
  SecretBytes,
  type SealContext,
  sealValue,
  text,
} from "@chatelaine/crypto";
import { AssociatedData } from "../packages/crypto/src/associated-data.ts";
import { encodeSealedHeader } from "../packages/crypto/src/sealed-header.ts";
import { systemRandom } from "../packages/server/src/platform/random.ts";
import { at } from "./compare.ts";

/** How many different values each contender works on; far more than derived keys are remembered. */
export const SAMPLES = 1000;

/** One value: where it belongs, and the associated data that follows from it. */
export interface Sample {
  readonly context: SealContext;
  readonly associatedData: Uint8Array;
}

/** A value encrypted by the bare primitive. */
export interface RawValue {
  readonly nonce: Uint8Array;
  readonly ciphertext: Uint8Array;
  readonly tag: Uint8Array;
}

const SYSTEM = newSystemId(systemRandom);
const SECRET_BYTES = 32;

/** Config items of one application, each with an identifier and a revision of its own. */
export function makeSamples(): readonly Sample[] {
  const associated = new AssociatedData(
    SYSTEM,
    "app_aaaaaaaaaaaaaaaa",
    encodeSealedHeader({ version: 1, generation: 0 }),
  );
  return Array.from({ length: SAMPLES }, (_, index) => {
    const context: SealContext = {
      applicationId: "app_aaaaaaaaaaaaaaaa",
      generation: 0,
      kind: "config-item",
      naturalKey: [text(`ReceiveLocation${String(index)}`)],
      revision: systemRandom.bytes(16),
    };
    return { context, associatedData: concat(associated.of(context)) };
  });
}

/** A master secret from which any number of keyrings is made, as each process makes its own. */
export class BenchSecret {
  readonly #secret = SecretBytes.random(systemRandom, SECRET_BYTES);

  newKeyring(): Keyring {
    const secret = this.#secret.use((bytes) => SecretBytes.copyOf(bytes));
    return Keyring.of(SYSTEM, [{ number: 1, state: "primary", secret }]);
  }

  /** Seals all samples, turn by turn by as many processes: each has one series of nonces. */
  sealAll(samples: readonly Sample[], plaintext: Uint8Array, processes: number): Uint8Array[] {
    const rings = Array.from({ length: processes }, () => this.newKeyring());
    const nonces = new NoncePool(systemRandom);
    return samples.map(({ context }, index) =>
      sealValue(at(rings, index % processes), nonces, context, plaintext),
    );
  }
}

export function newRawKey(): KeyObject {
  return createSecretKey(systemRandom.bytes(SECRET_BYTES));
}

export function encryptAll(
  key: KeyObject,
  samples: readonly Sample[],
  plaintext: Uint8Array,
): RawValue[] {
  return samples.map(({ associatedData }) => {
    const nonce = systemRandom.bytes(12);
    const cipher = createCipheriv("aes-256-gcm", key, nonce, { authTagLength: 16 });
    cipher.setAAD(associatedData);
    const ciphertext = cipher.update(plaintext);
    cipher.final();
    return { nonce, ciphertext, tag: cipher.getAuthTag() };
  });
}

/**
 * An order in which every sample comes once, far from its neighbours, and always the same: a value
 * comes again only after all others, so that what is to be forgotten has been.
 */
export function scattered<T>(items: readonly T[]): readonly T[] {
  const step = 619; // prime, and no divisor of the number of samples
  return items.map((_, index) => at(items, (index * step) % items.length));
}
