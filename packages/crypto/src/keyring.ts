import { checkValueOf } from "./check-value.ts";
import { invariant } from "./invariant.ts";
import { MacKey } from "./mac-key.ts";
import { derivePurposeKey, MASTER_SECRET_BYTES, type MasterSecret } from "./purpose-keys.ts";
import { RecentCache } from "./recent-cache.ts";
import { SecretBytes } from "./secret-bytes.ts";
import type { SystemId } from "./system-id.ts";
import { ValueKey } from "./value-key.ts";

/** `prepared` seals nothing yet; `primary` seals; `retired` only opens and verifies. */
export type VersionState = "prepared" | "primary" | "retired";

/** One version of the master secret: a number from 1 to 2^32 - 1 and 32 bytes. */
export interface KeyringVersion {
  readonly number: number;
  readonly state: VersionState;
  readonly secret: SecretBytes;
}

interface HeldVersion extends KeyringVersion, MasterSecret {
  readonly checkValue: Uint8Array<ArrayBuffer>;
  readonly stampKey: MacKey;
  readonly idempotencyKey: MacKey;
}

const NUMBER_MAX = 0xffff_ffff;
const VALUE_KEYS_REMEMBERED = 256;

/**
 * All versions of one system's master secret. A keyring never changes: the acts of rotation
 * (keyring-acts.ts) make a new one. It gives out what keys do, not the keys.
 */
export class Keyring {
  readonly systemId: SystemId;
  /** Grows by one with each change of the keyring. */
  readonly revision: bigint;
  /** The version that seals; undefined while there has been none. */
  readonly primary: number | undefined;
  /** The numbers of all versions, ascending. */
  readonly numbers: readonly number[];
  #versions: ReadonlyMap<number, HeldVersion> | undefined;
  readonly #valueKeys = new RecentCache<ValueKey>(VALUE_KEYS_REMEMBERED);

  private constructor(systemId: SystemId, versions: readonly KeyringVersion[], revision: bigint) {
    const held = versions.map((version) => holdVersion(systemId, version));
    this.systemId = systemId;
    this.revision = revision;
    this.primary = versions.find(({ state }) => state === "primary")?.number;
    this.numbers = versions.map(({ number }) => number).sort((a, b) => a - b);
    this.#versions = new Map(held.map((version) => [version.number, version]));
  }

  /**
   * A keyring of these versions, whose secrets it takes over. Throws `InvariantBroken` unless
   * exactly one is primary (or all are prepared), and numbers and secrets are as they must be.
   */
  static of(systemId: SystemId, versions: readonly KeyringVersion[], revision = 1n): Keyring {
    const problem = keyringProblem(versions);
    invariant(problem === undefined, problem ?? "");
    return new Keyring(systemId, versions, revision);
  }

  has(number: number): boolean {
    return this.#present().has(number);
  }

  stateOf(number: number): VersionState | undefined {
    return this.#present().get(number)?.state;
  }

  /** The public name of a version which the keyring has, 32 bytes. */
  checkValue(number: number): Uint8Array<ArrayBuffer> {
    return this.#held(number).checkValue.slice();
  }

  /** The key for the stamps under a version which the keyring has. */
  stampKey(number: number): MacKey {
    return this.#held(number).stampKey;
  }

  /** The key for the hashes of requests under a version which the keyring has. */
  idempotencyKey(number: number): MacKey {
    return this.#held(number).idempotencyKey;
  }

  /** The key for an application's values under a version which the keyring has. */
  valueKey(number: number, applicationId: string, generation: number): ValueKey {
    const version = this.#held(number);
    return this.#valueKeys.get(
      `${String(number)} ${String(generation)} ${applicationId}`,
      () => new ValueKey(version, applicationId, generation),
    );
  }

  /**
   * Copies of all versions, which the caller erases: to seal the keyring to a node, to put it into
   * a backup, or to make the next keyring. For nothing else.
   */
  exportVersions(): readonly KeyringVersion[] {
    return this.numbers.map((number) => {
      const { state, secret } = this.#held(number);
      return { number, state, secret: secret.use((bytes) => SecretBytes.copyOf(bytes)) };
    });
  }

  /** Overwrites the secrets and forgets the derived keys. Any later use throws. */
  erase(): void {
    for (const { secret } of this.#versions?.values() ?? []) {
      secret.erase();
    }
    this.#versions = undefined;
    this.#valueKeys.clear();
  }

  #present(): ReadonlyMap<number, HeldVersion> {
    invariant(this.#versions !== undefined, "a keyring was used after it was erased");
    return this.#versions;
  }

  #held(number: number): HeldVersion {
    const version = this.#present().get(number);
    invariant(version !== undefined, "the keyring does not have this version");
    return version;
  }
}

/** Why these versions are no keyring; undefined if they are. */
function keyringProblem(versions: readonly KeyringVersion[]): string | undefined {
  const numbers = new Set(versions.map(({ number }) => number));
  const primaries = versions.filter(({ state }) => state === "primary").length;
  if (versions.some(({ number }) => !isVersionNumber(number))) {
    return "a version has a number from 1 to 2^32 - 1";
  }
  if (numbers.size !== versions.length) {
    return "no two versions have the same number";
  }
  if (
    primaries !== 1 &&
    !(primaries === 0 && versions.every(({ state }) => state === "prepared"))
  ) {
    return "exactly one version is primary, unless all are only prepared";
  }
  if (versions.some(({ secret }) => secret.length !== MASTER_SECRET_BYTES)) {
    return "a master secret has 32 bytes";
  }
  return undefined;
}

function isVersionNumber(number: number): boolean {
  return Number.isInteger(number) && number >= 1 && number <= NUMBER_MAX;
}

function holdVersion(systemId: SystemId, version: KeyringVersion): HeldVersion {
  const master = { ...version, systemId };
  return {
    ...master,
    checkValue: checkValueOf(master),
    stampKey: new MacKey(derivePurposeKey(master, "stamp")),
    idempotencyKey: new MacKey(derivePurposeKey(master, "idempotency")),
  };
}
