/** What the tests and vectors of statements, sealed keyrings and backups are made of. */
import { createHash } from "node:crypto";
import {
  Authority,
  type BackupContents,
  caPublicKey,
  type Charter,
  checkValueOf,
  emptyAccessListHash,
  type Invitation,
  joinSecretHash,
  type JoinToken,
  caKeyHash,
  type KeyringSecrets,
  newCaKey,
  newNodeId,
  newSystemId,
  NodeKeys,
  type RandomSource,
  SecretBytes,
  signCharter,
  toHex,
  type Warrant,
} from "../src/index.ts";

/** The same bytes for the same seed: SHA-256 of seed and a counter. For tests alone. */
export function seededRandom(seed: string): RandomSource {
  let block = 0;
  return {
    bytes(length) {
      const bytes = new Uint8Array(new ArrayBuffer(length));
      for (let offset = 0; offset < length; offset += 32) {
        const digest = createHash("sha256").update(`not a secret: ${seed} ${block.toString()}`);
        bytes.set(digest.digest().subarray(0, length - offset), offset);
        block += 1;
      }
      return bytes;
    },
  };
}

export const SYSTEM = newSystemId(seededRandom("system"));
export const OTHER_SYSTEM = newSystemId(seededRandom("other system"));
export const NODE = newNodeId(seededRandom("node"));
export const OTHER_NODE = newNodeId(seededRandom("other node"));

export function makeAuthority(seed = "authority"): Authority {
  return Authority.generate(seededRandom(seed));
}

export function makeNodeKeys(seed = "node keys"): NodeKeys {
  return NodeKeys.generate(seededRandom(seed));
}

export function makeWarrant(changes: Partial<Warrant> = {}): Warrant {
  return {
    nodeId: NODE,
    name: "Zürich 1",
    role: "candidate",
    admissionSerial: 1n,
    ...makeNodeKeys().publicKeys,
    names: ["one.sso.example", "localhost"],
    addresses: ["192.0.2.7:4871", "[2001:db8::7]:4871"],
    ...changes,
  };
}

export function makeSecret(number: number): SecretBytes {
  return SecretBytes.random(seededRandom(`master secret ${number.toString()}`), 32);
}

export function checkValueOfNumber(number: number): Uint8Array {
  return checkValueOf({ systemId: SYSTEM, number, secret: makeSecret(number) });
}

export function makeCaKey(seed = "ca"): SecretBytes {
  return newCaKey(seededRandom(seed));
}

export function makeCharter(changes: Partial<Charter> = {}): Charter {
  return {
    serial: 7n,
    incarnation: 1n,
    keyringRevision: 4n,
    versions: [
      { number: 1, state: "destroyed", checkValue: checkValueOfNumber(1) },
      { number: 2, state: "retired", checkValue: checkValueOfNumber(2) },
      { number: 3, state: "primary", checkValue: checkValueOfNumber(3) },
      { number: 5, state: "prepared", checkValue: checkValueOfNumber(5) },
    ],
    revokedNodes: [OTHER_NODE],
    revokedWarrants: ["0".repeat(64), "f".repeat(64)],
    authorityKey: makeAuthority().publicKey,
    caKey: caPublicKey(makeCaKey()),
    accessListHash: emptyAccessListHash(),
    ...changes,
  };
}

export function makeJoinSecret(): SecretBytes {
  return SecretBytes.random(seededRandom("join secret"), 32);
}

export function makeInvitation(changes: Partial<Invitation> = {}): Invitation {
  return {
    nodeId: NODE,
    role: "member",
    secretHash: makeJoinSecret().use(joinSecretHash),
    expiresAtMs: 1_795_568_400_000,
    ...changes,
  };
}

export function makeJoinToken(changes: Partial<JoinToken> = {}): JoinToken {
  return {
    nodeId: NODE,
    secret: makeJoinSecret(),
    systemId: SYSTEM,
    authorityKey: makeAuthority().publicKey,
    caKeyHash: caKeyHash(caPublicKey(makeCaKey())),
    expiresAtMs: 1_795_568_400_000,
    addresses: ["192.0.2.7:4871", "[2001:db8::7]:4871", "one.sso.example:4871"],
    ...changes,
  };
}

/** The keyring which `makeCharter` describes, as a member has it. */
export function makeMemberSecrets(changes: Partial<KeyringSecrets> = {}): KeyringSecrets {
  return {
    systemId: SYSTEM,
    revision: 4n,
    versions: [
      { number: 2, state: "retired", secret: makeSecret(2) },
      { number: 3, state: "primary", secret: makeSecret(3) },
      { number: 5, state: "prepared", secret: makeSecret(5) },
    ],
    ...changes,
  };
}

/** The same as a candidate has it. */
export function makeCandidateSecrets(changes: Partial<KeyringSecrets> = {}): KeyringSecrets {
  return {
    ...makeMemberSecrets(),
    authoritySeed: makeAuthority().seed(),
    caKey: makeCaKey(),
    ...changes,
  };
}

export function makeBackup(changes: Partial<BackupContents> = {}): BackupContents {
  return {
    backupId: "bak_0123456789abcdef",
    createdAtMs: 1_795_564_800_000,
    nodeName: "Zürich 1",
    charterNote: signCharter(makeAuthority(), SYSTEM, makeCharter()),
    secrets: makeCandidateSecrets(),
    ...changes,
  };
}

/** Anything as JSON can say it: bytes and secrets in hexadecimal, bigints in decimal. */
export function plain(value: unknown): unknown {
  if (value instanceof SecretBytes) {
    return value.use(toHex);
  }
  if (value instanceof Uint8Array) {
    return toHex(value);
  }
  if (Array.isArray(value)) {
    return value.map(plain);
  }
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
  }
  return typeof value === "bigint" ? value.toString() : value;
}

/** All copies of the bytes with one bit flipped, with the place of that bit. */
export function* withOneBitFlipped(
  bytes: Uint8Array,
): Generator<{ readonly place: string; readonly flipped: Uint8Array<ArrayBuffer> }> {
  for (let index = 0; index < bytes.length; index += 1) {
    for (let bit = 0; bit < 8; bit += 1) {
      const flipped = Uint8Array.from(bytes);
      flipped[index] = (flipped[index] ?? 0) ^ (1 << bit);
      yield { place: `byte ${index.toString()}, bit ${bit.toString()}`, flipped };
    }
  }
}

/** All beginnings of the bytes that are not the whole. */
export function* truncations(bytes: Uint8Array): Generator<Uint8Array<ArrayBuffer>> {
  for (let length = 0; length < bytes.length; length += 1) {
    yield Uint8Array.from(bytes.subarray(0, length));
  }
}
