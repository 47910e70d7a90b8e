import {
  CryptoError,
  Keyring,
  assertKeyringOfCharter,
  openKeyring,
  type Charter,
  type KeyringSecrets,
} from "@chatelaine/crypto";
import { CodedError } from "../../base/coded-error.ts";
import type { NodeSelf } from "../node/node-identity.ts";
import type { SealedKeyringRow } from "./sealed-keyring-store.ts";

/** Opens the keyring sealed to this node. Throws `cannot-open`. The caller erases the secrets. */
export async function openSealedKeyring(
  self: NodeSelf,
  row: SealedKeyringRow,
): Promise<KeyringSecrets> {
  try {
    return await openKeyring(row.sealed, {
      nodeId: self.nodeId,
      role: "candidate",
      systemId: self.systemId,
      revision: row.revision,
      keys: self.keys,
    });
  } catch (cause) {
    if (cause instanceof CryptoError) {
      throw new CodedError("cannot-open", {
        detail:
          "the sealed keyring does not open with this node's key; " +
          "run `chatelaine secret restore FILE` with a backup",
        cause,
      });
    }
    throw cause;
  }
}

/**
 * Whether these secrets are a candidate's keyring as the charter describes it: every version that
 * is not destroyed with its check value and state, and the keys of authority and CA (P11).
 */
export function isKeyringOfCandidate(secrets: KeyringSecrets, charter: Charter): boolean {
  if (secrets.authoritySeed === undefined || secrets.caKey === undefined) {
    return false;
  }
  try {
    assertKeyringOfCharter(secrets, charter);
    return true;
  } catch (error) {
    if (error instanceof CryptoError) {
      return false;
    }
    throw error;
  }
}

/** The ring to work with; the secrets that only a change of the system needs are erased. */
export function ringFrom(secrets: KeyringSecrets): Keyring {
  const ring = Keyring.of(secrets.systemId, secrets.versions, secrets.revision);
  secrets.authoritySeed?.erase();
  secrets.caKey?.erase();
  return ring;
}
