import {
  Authority,
  CryptoError,
  checkValueOf,
  decodeBackup,
  equalBytes,
  openCharter,
  type BackupContents,
  type Charter,
  type KeyringSecrets,
  type SecretBytes,
} from "@chatelaine/crypto";
import { CodedError } from "../../base/coded-error.ts";
import { missingVersions } from "../backup/backup.ts";
import { isKeyringOfCandidate } from "../keyring/open-keyring.ts";
import type { NodeIdentity } from "../node/node-identity.ts";
import type { BackupCipher } from "./backup-cipher.ts";

/**
 * Opens a backup file. The caller erases the secrets in what it returns.
 * Throws `backup-wrong-passphrase`, `backup-damaged`, `backup-newer-format`, `backup-not-a-backup`.
 */
export async function openBackup(
  cipher: BackupCipher,
  file: Uint8Array,
  passphrase: SecretBytes,
): Promise<BackupContents> {
  using contents = await cipher.decrypt(file, passphrase);
  try {
    return decodeBackup(contents);
  } catch (cause) {
    if (!(cause instanceof CryptoError)) {
      throw cause;
    }
    if (cause.code === "unknown-version") {
      throw new CodedError("backup-newer-format", {
        detail: "the file was made by a newer version of this software; use that version",
        cause,
      });
    }
    throw new CodedError("backup-not-a-backup", {
      detail: "the file opens, but what is in it is not a backup of a master secret",
      cause,
    });
  }
}

/**
 * Throws `backup-wrong-system` if the file is another system's, or claims this one's id with the
 * key of another authority; `backup-damaged` if its charter is not signed by that authority.
 */
export function assertOfSystem(
  contents: BackupContents,
  { systemId, authorityKey }: Pick<NodeIdentity, "systemId" | "authorityKey">,
): void {
  const { secrets } = contents;
  if (secrets.systemId !== systemId) {
    throw new CodedError("backup-wrong-system", {
      detail:
        `the file belongs to system ${secrets.systemId}, this is system ${systemId}; ` +
        "find the backup of this system",
    });
  }
  const seed = secrets.authoritySeed;
  using authority = seed && Authority.fromSeed(seed);
  if (authority === undefined || !equalBytes(authority.publicKey, authorityKey)) {
    throw new CodedError("backup-wrong-system", {
      detail: "the file holds another authority than the one this system trusts",
    });
  }
  charterOfBackup(contents, authorityKey);
}

/** The charter in force when the backup was made. Throws `backup-damaged`. */
export function charterOfBackup(contents: BackupContents, authorityKey: Uint8Array): Charter {
  try {
    return openCharter(contents.charterNote, contents.secrets.systemId, authorityKey);
  } catch (cause) {
    if (cause instanceof CryptoError) {
      throw new CodedError("backup-damaged", {
        detail: "the charter in the file is not signed by the authority in the file",
        cause,
      });
    }
    throw cause;
  }
}

/** Throws `backup-lacks-version`. */
export function assertComplete(charter: Charter, held: readonly HeldVersion[]): void {
  const missing = missingVersions(charter, held);
  if (missing.length > 0) {
    throw new CodedError("backup-lacks-version", {
      detail:
        `the file lacks version ${missing.join(", ")} of the master secret; it is older than ` +
        "the last rotation: use a newer backup, or make one with `chatelaine secret backup`",
    });
  }
}

/**
 * The versions the charter lists, in its states and revision; what it destroyed is left out.
 * Throws `backup-lacks-version`, and `keyring-mismatch` if the CA key is not the charter's.
 */
export function asCharterSays(secrets: KeyringSecrets, charter: Charter): KeyringSecrets {
  assertComplete(charter, heldVersions(secrets));
  const versions = charter.versions.flatMap(({ number, state }) => {
    const held = secrets.versions.find((version) => version.number === number);
    return held === undefined || state === "destroyed" ? [] : [{ ...held, state }];
  });
  const described = { ...secrets, versions, revision: charter.keyringRevision };
  if (!isKeyringOfCandidate(described, charter)) {
    throw new CodedError("keyring-mismatch", {
      detail: "the backup does not hold the keys that the charter names",
    });
  }
  return described;
}

export interface HeldVersion {
  readonly number: number;
  readonly checkValue: Uint8Array;
}

export function heldVersions(secrets: KeyringSecrets): readonly HeldVersion[] {
  return secrets.versions.map(({ number, secret }) => ({
    number,
    checkValue: checkValueOf({ systemId: secrets.systemId, number, secret }),
  }));
}
