import {
  CryptoError,
  type KeyringOpener,
  type KeyringRecipient,
  type KeyringSecrets,
  SecretBytes,
  toHex,
} from "@chatelaine/crypto";
import type { KeyringSealing } from "../../packages/server/src/domain/keyring/keyring-sealing.ts";
import type { SeededRandom } from "../engine/seeded-random.ts";

/** About as long as a sealed keyring is. */
const ENVELOPE_BYTES = 320;

/**
 * Keyrings sealed as HPKE promises it, and without its costs: the bytes say nothing, and only
 * whoever they are for gets out what was put in. All nodes of a run share them.
 */
export class Envelopes implements KeyringSealing {
  readonly #random: SeededRandom;
  readonly #sealed = new Map<string, { readonly secrets: KeyringSecrets; readonly for: string }>();

  constructor(random: SeededRandom) {
    this.#random = random;
  }

  seal(secrets: KeyringSecrets, recipient: KeyringRecipient): Promise<Uint8Array> {
    const envelope = this.#random.bytes(ENVELOPE_BYTES);
    const to = recipientOf(secrets, recipient);
    this.#sealed.set(toHex(envelope), { secrets: copied(secrets), for: to });
    return Promise.resolve(envelope);
  }

  open(sealed: Uint8Array, { keys, ...opener }: KeyringOpener): Promise<KeyringSecrets> {
    const found = this.#sealed.get(toHex(sealed));
    const { hpkeKey } = keys.publicKeys;
    return found?.for === recipientOf(opener, { ...opener, hpkeKey })
      ? Promise.resolve(copied(found.secrets))
      : Promise.reject(new CryptoError("open-failed"));
  }
}

/** Everything that the ciphertext is bound to. */
function recipientOf(
  { systemId, revision }: Pick<KeyringSecrets, "systemId" | "revision">,
  { nodeId, role, hpkeKey }: KeyringRecipient,
): string {
  return [systemId, revision, nodeId, role, toHex(hpkeKey)].join(" ");
}

/** Whoever gets secrets erases them. */
function copied({ versions, authoritySeed, caKey, ...secrets }: KeyringSecrets): KeyringSecrets {
  return {
    ...secrets,
    versions: versions.map((version) => ({ ...version, secret: copyOf(version.secret) })),
    ...(authoritySeed && { authoritySeed: copyOf(authoritySeed) }),
    ...(caKey && { caKey: copyOf(caKey) }),
  };
}

function copyOf(secret: SecretBytes): SecretBytes {
  return secret.use((bytes) => SecretBytes.copyOf(bytes));
}
