/** Writes the vectors of node key, keyring secrets, sealed keyring and backup. */
import {
  concat,
  encodeBackup,
  encodeFields,
  encodeKeyringSecrets,
  type KeyringRecipient,
  optionalField,
  sealKeyring,
  type SecretBytes,
  systemIdBytes,
  text,
  toHex,
  u64,
} from "../src/index.ts";
import {
  makeBackup,
  makeCandidateSecrets,
  makeMemberSecrets,
  makeNodeKeys,
  NODE,
  OTHER_NODE,
  OTHER_SYSTEM,
  seededRandom,
  SYSTEM,
} from "./statement-fixtures.ts";
import { type Refusal, writeVectors } from "./vector-files.ts";

function generateNodeKey(): void {
  const keys = makeNodeKeys();
  const file = keys.encode().use((bytes) => concat(bytes));
  const header = file.slice(0, 21);
  const scalar = file.slice(26, 58);
  const seed = file.slice(62, 94);
  const pkcs8 = file.slice(98);
  const zeroScalarPkcs8 = pkcs8.map((byte, index) => (index >= 36 && index < 68 ? 0 : byte));
  const list: Refusal[] = [
    ["version 2", "unknown-version", file.with(19, 2)],
    ["protected by something", "unknown-version", file.with(20, 1)],
    ["another magic", "malformed", file.with(0, 0x43)],
    ["empty", "malformed", new Uint8Array()],
    ["a byte after the end", "malformed", concat(file, Uint8Array.of(0))],
    ["two keys", "malformed", concat(header, encodeFields(scalar, seed))],
    ["one key", "malformed", concat(header, encodeFields(scalar))],
    ["no keys", "malformed", concat(header, encodeFields())],
    ["four keys", "malformed", concat(header, encodeFields(scalar, seed, pkcs8, seed))],
    [
      "X25519 scalar not clamped",
      "malformed",
      concat(header, encodeFields(scalar.with(0, 0xff), seed, pkcs8)),
    ],
    [
      "X25519 scalar too short",
      "malformed",
      concat(header, encodeFields(scalar.slice(1), seed, pkcs8)),
    ],
    [
      "Ed25519 seed too long",
      "malformed",
      concat(header, encodeFields(scalar, concat(seed, seed), pkcs8)),
    ],
    [
      "P-256 key too short",
      "malformed",
      concat(header, encodeFields(scalar, seed, pkcs8.slice(1))),
    ],
    ["P-256 scalar 0", "malformed", concat(header, encodeFields(scalar, seed, zeroScalarPkcs8))],
    [
      "P-256 public key of another scalar",
      "malformed",
      concat(header, encodeFields(scalar, seed, pkcs8.with(-1, 0xff))),
    ],
  ];
  const accepted = [{ name: "plain", bytes: file, contents: keys.publicKeys }];
  writeVectors("node-key", { accepted, refused: list });
}

function keyringParts(secrets = makeCandidateSecrets()): readonly Uint8Array[] {
  const optional = (secret?: SecretBytes): Uint8Array =>
    secret?.use(optionalField) ?? optionalField(undefined);
  const states = ["prepared", "primary", "retired"];
  const records = secrets.versions.map(({ number, state, secret }) =>
    secret.use((bytes) => concat(Uint8Array.of(0, 0, 0, number, states.indexOf(state) + 1), bytes)),
  );
  return [
    text("chatelaine/keyring/v1"),
    systemIdBytes(secrets.systemId),
    u64(secrets.revision),
    concat(...records),
    optional(secrets.authoritySeed),
    optional(secrets.caKey),
  ];
}

function keyringRefusals(): readonly Refusal[] {
  const parts = keyringParts();
  const records = concat(parts[3] ?? new Uint8Array());
  const edited = (index: number, part: Uint8Array): Uint8Array =>
    encodeFields(...parts.map((old, at) => (at === index ? part : old)));
  return [
    ["version 2", "unknown-version", edited(0, text("chatelaine/keyring/v2"))],
    ["another type", "unknown-version", edited(0, text("chatelaine/backup/v1"))],
    ["no fields", "unknown-version", encodeFields()],
    ["three fields", "malformed", encodeFields(...parts.slice(0, 3))],
    ["four fields", "malformed", encodeFields(...parts.slice(0, 4))],
    ["five fields", "malformed", encodeFields(...parts.slice(0, 5))],
    ["seven fields", "malformed", encodeFields(...parts, u64(0n))],
    ["system too short", "malformed", edited(1, systemIdBytes(SYSTEM).slice(1))],
    ["revision of four bytes", "malformed", edited(2, u64(4n).slice(4))],
    ["revision 0", "malformed", edited(2, u64(0n))],
    ["record cut short", "malformed", edited(3, records.slice(0, -1))],
    ["no versions", "malformed", edited(3, new Uint8Array())],
    ["version 0", "malformed", edited(3, records.with(3, 0))],
    ["versions not ascending", "malformed", edited(3, records.with(3, 3))],
    ["state 0", "malformed", edited(3, records.with(4, 0))],
    ["state 4", "malformed", edited(3, records.with(4, 4))],
    ["two primaries", "malformed", edited(3, records.with(4, 2))],
    ["no primary beside a retired version", "malformed", edited(3, records.with(37 + 4, 1))],
    ["seed too short", "malformed", edited(4, optionalField(new Uint8Array(31)))],
    ["seed without its presence", "malformed", edited(4, new Uint8Array(32))],
    ["seed without CA key", "malformed", edited(5, optionalField(undefined))],
    ["CA key without seed", "malformed", edited(4, optionalField(undefined))],
    ["CA key that is none", "malformed", edited(5, optionalField(new Uint8Array(138)))],
  ];
}

function generateKeyringSecrets(): void {
  const secrets = [
    { name: "candidate", contents: makeCandidateSecrets() },
    { name: "member", contents: makeMemberSecrets() },
    {
      name: "all prepared",
      contents: makeMemberSecrets({
        revision: 1n,
        versions: makeMemberSecrets().versions.filter(({ state }) => state === "prepared"),
      }),
    },
  ];
  const accepted = secrets.map((one) => ({ ...one, bytes: encodeKeyringSecrets(one.contents) }));
  writeVectors("keyring-secrets", { accepted, refused: keyringRefusals() });
}

async function generateSealedKeyring(): Promise<void> {
  const keys = makeNodeKeys();
  const recipient = { nodeId: NODE, role: "candidate", hpkeKey: keys.publicKeys.hpkeKey } as const;
  const seal = (contents = makeCandidateSecrets(), changes: Partial<KeyringRecipient> = {}) =>
    sealKeyring(contents, { ...recipient, ...changes }, seededRandom("ephemeral key"));
  const sealed = await seal();
  const otherKey = makeNodeKeys("other node keys").publicKeys.hpkeKey;
  const memberSecrets = makeMemberSecrets();
  const toMember = await seal(memberSecrets, { role: "member" });
  const list: Refusal[] = [
    ["another magic", "unknown-version", sealed.with(3, 0x53)],
    ["version 2", "unknown-version", sealed.with(4, 2)],
    ["another KEM", "unknown-version", sealed.with(6, 0x21)],
    ["another KDF", "unknown-version", sealed.with(8, 0x02)],
    ["another AEAD", "unknown-version", sealed.with(10, 0x03)],
    ["empty", "malformed", new Uint8Array()],
    ["half a header", "malformed", sealed.slice(0, 6)],
    ["no ciphertext", "malformed", sealed.slice(0, 58)],
    ["only a tag", "open-failed", sealed.slice(0, 59)],
    ["another revision", "open-failed", await seal(makeCandidateSecrets({ revision: 5n }))],
    ["another role", "open-failed", toMember],
    ["another node", "open-failed", await seal(undefined, { nodeId: OTHER_NODE })],
    ["another system", "open-failed", await seal(makeCandidateSecrets({ systemId: OTHER_SYSTEM }))],
    ["another key", "open-failed", await seal(undefined, { hpkeKey: otherKey })],
    [
      "unusable encapsulated key",
      "open-failed",
      sealed.map((byte, index) => (index >= 11 && index < 43 ? 0 : byte)),
    ],
    ["a byte after the end", "open-failed", concat(sealed, Uint8Array.of(0))],
  ];
  const accepted = [
    { name: "candidate", role: "candidate", bytes: sealed, contents: makeCandidateSecrets() },
    { name: "member", role: "member", bytes: toMember, contents: memberSecrets },
  ];
  writeVectors("sealed-keyring", {
    system: SYSTEM,
    node: NODE,
    role: "candidate",
    revision: "4",
    nodeKey: keys.encode().use(toHex),
    accepted,
    refused: list,
  });
}

function generateBackup(): void {
  const contents = makeBackup();
  const keyring = encodeKeyringSecrets(contents.secrets).use((bytes) => concat(bytes));
  const member = encodeKeyringSecrets(makeMemberSecrets()).use((bytes) => concat(bytes));
  const parts = [
    text("chatelaine/backup/v1"),
    text(contents.backupId),
    u64(BigInt(contents.createdAtMs)),
    text(contents.nodeName),
    text(contents.charterNote),
    keyring,
  ];
  const edited = (index: number, part: Uint8Array): Uint8Array =>
    encodeFields(...parts.map((old, at) => (at === index ? part : old)));
  const list: Refusal[] = [
    ["version 2", "unknown-version", edited(0, text("chatelaine/backup/v2"))],
    ["keyring of version 2", "unknown-version", edited(5, keyring.with(25, 0x32))],
    ["another type", "malformed", edited(0, text("chatelaine/charter/v1"))],
    ["empty", "malformed", new Uint8Array()],
    ["three fields", "malformed", encodeFields(...parts.slice(0, 3))],
    ["four fields", "malformed", encodeFields(...parts.slice(0, 4))],
    ["five fields", "malformed", encodeFields(...parts.slice(0, 5))],
    ["seven fields", "malformed", encodeFields(...parts, u64(0n))],
    ["a byte after the end", "malformed", concat(encodeFields(...parts), Uint8Array.of(0))],
    ["id with a capital", "malformed", edited(1, text("Bak"))],
    ["no id", "malformed", edited(1, text(""))],
    ["id too long", "malformed", edited(1, text("x".repeat(65)))],
    ["time of four bytes", "malformed", edited(2, new Uint8Array(4))],
    ["time above 2^53", "malformed", edited(2, u64(2n ** 53n))],
    ["no node name", "malformed", edited(3, text(""))],
    ["node name that is not UTF-8", "malformed", edited(3, Uint8Array.of(0xff))],
    ["no charter", "malformed", edited(4, text(""))],
    ["keyring of a member", "malformed", edited(5, member)],
    ["keyring cut short", "malformed", edited(5, keyring.slice(0, -1))],
  ];
  const accepted = [{ name: "backup", bytes: encodeBackup(contents), contents }];
  writeVectors("backup", { accepted, refused: list });
}

generateNodeKey();
generateKeyringSecrets();
await generateSealedKeyring();
generateBackup();
