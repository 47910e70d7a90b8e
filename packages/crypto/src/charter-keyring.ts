import { Authority } from "./authority.ts";
import { equalBytes } from "./bytes.ts";
import { caPublicKey } from "./certificate-authority-key.ts";
import type { Charter, CharterVersion } from "./charter.ts";
import { checkValueOf } from "./check-value.ts";
import { CryptoError } from "./crypto-error.ts";
import type { KeyringVersion } from "./keyring.ts";
import type { KeyringSecrets } from "./keyring-secrets.ts";
import type { SecretBytes } from "./secret-bytes.ts";
import type { SystemId } from "./system-id.ts";

/**
 * Throws `not-authentic` unless these secrets are the keyring that the charter describes: neither
 * a sealed keyring nor a backup says who made it, so each is compared after it was opened.
 */
export function assertKeyringOfCharter(secrets: KeyringSecrets, charter: Charter): void {
  const described = charter.versions.filter((version) => version.state !== "destroyed");
  const isDescribed =
    secrets.revision === charter.keyringRevision &&
    secrets.versions.length === described.length &&
    secrets.versions.every((version, index) =>
      isSameVersion(secrets.systemId, version, described[index]),
    );
  if (
    !isDescribed ||
    !isSeedOf(secrets.authoritySeed, charter) ||
    !isCaOf(secrets.caKey, charter)
  ) {
    throw new CryptoError("not-authentic");
  }
}

function isSameVersion(
  systemId: SystemId,
  { number, state, secret }: KeyringVersion,
  described: CharterVersion | undefined,
): boolean {
  return (
    number === described?.number &&
    state === described.state &&
    equalBytes(checkValueOf({ systemId, number, secret }), described.checkValue)
  );
}

function isSeedOf(seed: SecretBytes | undefined, charter: Charter): boolean {
  if (seed === undefined) {
    return true;
  }
  using authority = Authority.fromSeed(seed);
  return equalBytes(authority.publicKey, charter.authorityKey);
}

function isCaOf(caKey: SecretBytes | undefined, charter: Charter): boolean {
  return caKey === undefined || equalBytes(caPublicKey(caKey), charter.caKey);
}
