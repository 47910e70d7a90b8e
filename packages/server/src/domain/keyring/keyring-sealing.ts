import {
  openKeyring,
  sealKeyring,
  type KeyringOpener,
  type KeyringRecipient,
  type KeyringSecrets,
  type RandomSource,
} from "@chatelaine/crypto";

/**
 * Seals keyrings to nodes and opens those sealed to this node. A port, because HPKE is done by
 * WebCrypto, outside of this thread: what is to run on a clock of its own passes another.
 */
export interface KeyringSealing {
  /** The secrets stay the caller's. Throws `CryptoError` as `sealKeyring` does. */
  seal(secrets: KeyringSecrets, recipient: KeyringRecipient): Promise<Uint8Array>;
  /** The secrets become the caller's. Throws `CryptoError` as `openKeyring` does. */
  open(sealed: Uint8Array, opener: KeyringOpener): Promise<KeyringSecrets>;
}

/** RFC 9180, as packages/crypto does it. */
export function hpkeSealing(random: RandomSource): KeyringSealing {
  return {
    seal: (secrets, recipient) => sealKeyring(secrets, recipient, random),
    open: openKeyring,
  };
}
