import { invariant } from "./invariant.ts";
import { Keyring, type KeyringVersion, type VersionState } from "./keyring.ts";
import type { SecretBytes } from "./secret-bytes.ts";

/**
 * The keyring with one more version, prepared; it takes the secret over. Throws `InvariantBroken`
 * unless the number is higher than all: numbers are never given twice.
 */
export function addVersion(ring: Keyring, number: number, secret: SecretBytes): Keyring {
  invariant(number > (ring.numbers.at(-1) ?? 0), "a new version has the highest number");
  return nextRing(ring, [...ring.exportVersions(), { number, state: "prepared", secret }]);
}

/**
 * The keyring with this prepared version as its primary; the one before is retired by that. Throws
 * `InvariantBroken` for any other version: what has retired never seals again.
 */
export function promoteVersion(ring: Keyring, number: number): Keyring {
  invariant(ring.stateOf(number) === "prepared", "only a prepared version is promoted");
  const versions = ring.exportVersions().map((version) => ({
    ...version,
    state: stateAfterPromotion(version, number),
  }));
  return nextRing(ring, versions);
}

/**
 * The keyring without this version. Throws `InvariantBroken` for the primary, which is in use, and
 * for a version it does not have. That nothing needs the version any more is for the caller to know
 * (P4).
 */
export function destroyVersion(ring: Keyring, number: number): Keyring {
  invariant(ring.has(number), "the keyring does not have this version");
  invariant(ring.primary !== number, "the primary version is not destroyed");
  const kept: KeyringVersion[] = [];
  for (const version of ring.exportVersions()) {
    if (version.number === number) {
      version.secret.erase();
    } else {
      kept.push(version);
    }
  }
  return nextRing(ring, kept);
}

function stateAfterPromotion(version: KeyringVersion, promoted: number): VersionState {
  if (version.number === promoted) {
    return "primary";
  }
  return version.state === "primary" ? "retired" : version.state;
}

function nextRing(ring: Keyring, versions: readonly KeyringVersion[]): Keyring {
  return Keyring.of(ring.systemId, versions, ring.revision + 1n);
}
