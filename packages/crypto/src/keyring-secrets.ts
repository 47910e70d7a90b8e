import { toBase32 } from "./base32.ts";
import { equalBytes, newBytes } from "./bytes.ts";
import { CryptoError } from "./crypto-error.ts";
import { RAW_KEY_BYTES } from "./curve25519-keys.ts";
import {
  decodeFields,
  decodeOptionalField,
  decodeU64,
  encodeFields,
  optionalField,
  readU32,
  u64,
  writeU32,
} from "./fields.ts";
import { invariant } from "./invariant.ts";
import type { KeyringVersion, VersionState } from "./keyring.ts";
import { checkP256Key } from "./p256-key.ts";
import { MASTER_SECRET_BYTES } from "./purpose-keys.ts";
import { SecretBytes } from "./secret-bytes.ts";
import { parseSystemId, type SystemId, systemIdBytes } from "./system-id.ts";
import { text } from "./text.ts";

const TYPE = "chatelaine/keyring/v1";
const VERSIONS_MAX = 1024;
const STATE_OFFSET = 4;
const SECRET_OFFSET = 5;
const RECORD_BYTES = SECRET_OFFSET + MASTER_SECRET_BYTES;
// A state is written as its place in this list, from 1.
const STATES = ["prepared", "primary", "retired"] as const;

/** What a node must know of the keyring. It owns its secrets: see `eraseKeyringSecrets`. */
export interface KeyringSecrets {
  readonly systemId: SystemId;
  /** From 1; one higher with every change of the keyring. */
  readonly revision: bigint;
  /** Ascending by number, 1 to 1024; exactly one is primary, or all are prepared. */
  readonly versions: readonly KeyringVersion[];
  /** Ed25519 seed, 32 bytes: for candidates and backups only, together with `caKey`. */
  readonly authoritySeed?: SecretBytes;
  /** PKCS#8 of the certificate authority's P-256 key. */
  readonly caKey?: SecretBytes;
}

/** The clear form, to be sealed to a node or put into a backup; it becomes the caller's. */
export function encodeKeyringSecrets(secrets: KeyringSecrets): SecretBytes {
  const records = encodeVersions(secrets.versions);
  const authority = optionalSecret(secrets.authoritySeed);
  const ca = optionalSecret(secrets.caKey);
  const head = [text(TYPE), systemIdBytes(secrets.systemId), u64(secrets.revision)];
  const encoded = SecretBytes.take(encodeFields(...head, records, authority, ca));
  for (const copied of [records, authority, ca]) {
    copied.fill(0);
  }
  invariant(encoded.use(isReadable), "keyring secrets break a rule of their format");
  return encoded;
}

/**
 * The secrets in the clear form, copied. Throws `malformed`, or `unknown-version` for another type.
 */
export function decodeKeyringSecrets(encoded: SecretBytes): KeyringSecrets {
  return encoded.use(readKeyringSecrets);
}

/** The same from bytes which the caller erases. */
export function readKeyringSecrets(encoded: Uint8Array): KeyringSecrets {
  const { revision, systemId, records, authority, ca } = readParts(encoded);
  return {
    systemId,
    revision,
    versions: records.map(copyRecord),
    ...(authority !== undefined && { authoritySeed: SecretBytes.copyOf(authority) }),
    ...(ca !== undefined && { caKey: SecretBytes.copyOf(ca) }),
  };
}

/** Overwrites every secret in it with zeros. */
export function eraseKeyringSecrets(secrets: KeyringSecrets): void {
  for (const { secret } of secrets.versions) {
    secret.erase();
  }
  secrets.authoritySeed?.erase();
  secrets.caKey?.erase();
}

interface Parts {
  readonly systemId: SystemId;
  readonly revision: bigint;
  readonly records: readonly Uint8Array[];
  readonly authority: Uint8Array | undefined;
  readonly ca: Uint8Array | undefined;
}

/** Checks everything before anything secret is copied, so that a refusal leaves no copy behind. */
function readParts(encoded: Uint8Array): Parts {
  const [type, system, revision, versions, authority, ca, ...more] = decodeFields(encoded);
  if (type === undefined || !equalBytes(type, text(TYPE))) {
    throw new CryptoError("unknown-version");
  }
  if (system === undefined || revision === undefined || versions === undefined) {
    throw new CryptoError("malformed");
  }
  if (authority === undefined || ca === undefined || more.length > 0) {
    throw new CryptoError("malformed");
  }
  const parts = {
    systemId: parseSystemId(toBase32(system)),
    revision: decodeU64(revision),
    records: splitRecords(versions),
    authority: decodeOptionalField(authority),
    ca: decodeOptionalField(ca),
  };
  checkParts(parts);
  return parts;
}

function checkParts({ revision, records, authority, ca }: Parts): void {
  const seedIsSound = authority === undefined || authority.length === RAW_KEY_BYTES;
  const bothOrNeither = (authority === undefined) === (ca === undefined);
  if (revision < 1n || !areRecordsSound(records) || !seedIsSound || !bothOrNeither) {
    throw new CryptoError("malformed");
  }
  if (ca !== undefined) {
    checkP256Key(ca);
  }
}

function areRecordsSound(records: readonly Uint8Array[]): boolean {
  const numbers = records.map((record) => readU32(record, 0));
  const states = records.map(stateOf);
  const primaries = states.filter((state) => state === "primary").length;
  return (
    records.length >= 1 &&
    records.length <= VERSIONS_MAX &&
    numbers.every((number, index) => number > (numbers[index - 1] ?? 0)) &&
    states.every((state) => state !== undefined) &&
    (primaries === 1 || states.every((state) => state === "prepared"))
  );
}

function splitRecords(versions: Uint8Array): readonly Uint8Array[] {
  if (versions.length % RECORD_BYTES !== 0) {
    throw new CryptoError("malformed");
  }
  return Array.from({ length: versions.length / RECORD_BYTES }, (_, index) =>
    versions.subarray(index * RECORD_BYTES, (index + 1) * RECORD_BYTES),
  );
}

function stateOf(record: Uint8Array): VersionState | undefined {
  return STATES.find((_, index) => record[STATE_OFFSET] === index + 1);
}

function copyRecord(record: Uint8Array): KeyringVersion {
  const state = stateOf(record);
  invariant(state !== undefined, "a record was checked before it is copied");
  const secret = SecretBytes.copyOf(record.subarray(SECRET_OFFSET));
  return { number: readU32(record, 0), state, secret };
}

function encodeVersions(versions: readonly KeyringVersion[]): Uint8Array<ArrayBuffer> {
  const records = newBytes(versions.length * RECORD_BYTES);
  versions.forEach(({ number, state, secret }, index) => {
    const offset = index * RECORD_BYTES;
    invariant(secret.length === MASTER_SECRET_BYTES, "a master secret has 32 bytes");
    writeU32(records, offset, number);
    records[offset + STATE_OFFSET] = STATES.indexOf(state) + 1;
    secret.use((bytes) => {
      records.set(bytes, offset + SECRET_OFFSET);
    });
  });
  return records;
}

function optionalSecret(secret: SecretBytes | undefined): Uint8Array<ArrayBuffer> {
  return secret === undefined ? optionalField(undefined) : secret.use(optionalField);
}

function isReadable(encoded: Uint8Array): boolean {
  try {
    readParts(encoded);
    return true;
  } catch {
    // readParts throws nothing but refusals.
    return false;
  }
}
