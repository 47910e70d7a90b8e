import {
  CryptoError,
  Keyring,
  assertKeyringOfCharter,
  equalBytes,
  openKeyring,
  type Charter,
  type KeyringSecrets,
  type KeyringVersion,
  type NodeRole,
} from "@chatelaine/crypto";
import { CodedError } from "../../base/coded-error.ts";
import type { NodeSelf } from "../node/node-identity.ts";
import type { KeyringSealing } from "./keyring-sealing.ts";
import type { SealedKeyringRow } from "./sealed-keyring-store.ts";

const HPKE: Pick<KeyringSealing, "open"> = { open: openKeyring };

/**
 * Opens the keyring sealed to this candidate. Throws `cannot-open`. The caller erases the secrets.
 */
export function openSealedKeyring(
  self: NodeSelf,
  row: SealedKeyringRow,
  sealing: Pick<KeyringSealing, "open"> = HPKE,
): Promise<KeyringSecrets> {
  return openIssuedKeyring(self, "candidate", row, sealing);
}

/** Opens a keyring sealed to this node in that role. Throws `cannot-open`. */
export async function openIssuedKeyring(
  self: NodeSelf,
  role: NodeRole,
  { revision, sealed }: Pick<SealedKeyringRow, "revision" | "sealed">,
  sealing: Pick<KeyringSealing, "open">,
): Promise<KeyringSecrets> {
  const { nodeId, systemId, keys } = self;
  try {
    return await sealing.open(sealed, { nodeId, role, systemId, revision, keys });
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
  return (
    secrets.authoritySeed !== undefined &&
    secrets.caKey !== undefined &&
    isKeyringOfCharter(secrets, charter)
  );
}

/** The same of a keyring for any role. */
export function isKeyringOfCharter(secrets: KeyringSecrets, charter: Charter): boolean {
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

/**
 * The ring of the charter, and with it what this node holds and the charter does not know: the
 * last copy of a version may be here, so none goes for being absent. Only a destroyed version
 * goes, named with its check value (P4).
 */
export function ringKeeping(
  secrets: KeyringSecrets,
  charter: Charter,
  before: Keyring | undefined,
): Keyring {
  const kept: KeyringVersion[] = [];
  for (const version of before?.exportVersions() ?? []) {
    const checkValue = before?.checkValue(version.number);
    if (isKnown(secrets, version.number) || isDestroyed(charter, version.number, checkValue)) {
      version.secret.erase();
    } else {
      kept.push({ ...version, state: "retired" });
    }
  }
  return ringFrom({ ...secrets, versions: [...secrets.versions, ...kept] });
}

function isKnown(secrets: KeyringSecrets, number: number): boolean {
  return secrets.versions.some((version) => version.number === number);
}

function isDestroyed(charter: Charter, number: number, checkValue?: Uint8Array): boolean {
  const described = charter.versions.find((version) => version.number === number);
  return (
    described?.state === "destroyed" &&
    checkValue !== undefined &&
    equalBytes(described.checkValue, checkValue)
  );
}
