import { CryptoError, type KeyringSecrets, type Warrant } from "@chatelaine/crypto";
import { CodedError } from "../../base/coded-error.ts";
import type { KeyringSealing } from "../keyring/keyring-sealing.ts";
import type { SealedKeyringRow } from "../keyring/sealed-keyring-store.ts";

/**
 * The whole keyring, with the keys of authority and CA, sealed to a candidate; undefined for a
 * member, which keeps none. Throws `request-invalid` for a key that nothing can be sealed to.
 */
export async function sealToCandidate(
  { sealing }: { readonly sealing: KeyringSealing },
  secrets: KeyringSecrets,
  { nodeId, role, hpkeKey }: Warrant,
): Promise<SealedKeyringRow | undefined> {
  if (role !== "candidate") {
    return undefined;
  }
  try {
    const sealed = await sealing.seal(secrets, { nodeId, role, hpkeKey });
    return { nodeId, revision: secrets.revision, sealed };
  } catch (cause) {
    if (cause instanceof CryptoError) {
      throw new CodedError("request-invalid", {
        detail: "nothing can be sealed to the HPKE key of the node",
        cause,
      });
    }
    throw cause;
  }
}
