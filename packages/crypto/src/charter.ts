import { type Authority, openNote } from "./authority.ts";
import { fromBase64, toBase64 } from "./base64.ts";
import { fromHex, toHex } from "./bytes.ts";
import { CryptoError } from "./crypto-error.ts";
import { RAW_KEY_BYTES } from "./curve25519-keys.ts";
import { encodeFields } from "./fields.ts";
import { invariant } from "./invariant.ts";
import type { VersionState } from "./keyring.ts";
import { type NodeId, parseNodeId } from "./node-id.ts";
import { type NoteLines, parseDecimal, parseLines } from "./note-lines.ts";
import { isP256PublicKey } from "./p256-key.ts";
import { sha256 } from "./sha256.ts";
import type { SystemId } from "./system-id.ts";
import { text } from "./text.ts";

const TYPE = "chatelaine/charter/v1";
const U64_MAX = 0xffff_ffff_ffff_ffffn;
const U32_MAX = 0xffff_ffff;
const HASH_BYTES = 32;
/** How many versions, revoked nodes and revoked warrants a charter can list, each. */
export const CHARTER_LIST_MAX = 1024;
const STATES = ["prepared", "primary", "retired", "destroyed"] as const;

/** A version of the master secret as the charter knows it. */
export interface CharterVersion {
  /** From 1, at most 2^32 - 1; never used twice. */
  readonly number: number;
  readonly state: VersionState | "destroyed";
  /** 32 bytes. */
  readonly checkValue: Uint8Array;
}

/** What the keyring is and whom no one trusts any longer, in the words of the authority. */
export interface Charter {
  /** From 1; one higher with each change. */
  readonly serial: bigint;
  /** From 1; one higher whenever the system begins anew from a backup. */
  readonly incarnation: bigint;
  /** From 1; of the keyring that is described. */
  readonly keyringRevision: bigint;
  /** Ascending by number; exactly one is primary. */
  readonly versions: readonly CharterVersion[];
  /** Ascending. */
  readonly revokedNodes: readonly NodeId[];
  /** Ascending; 64 hexadecimal characters each. */
  readonly revokedWarrants: readonly string[];
  /** Ed25519, 32 bytes: signs from this charter on. */
  readonly authorityKey: Uint8Array;
  /** P-256, SubjectPublicKeyInfo, 91 bytes. */
  readonly caKey: Uint8Array;
  /** SHA-256 of the list of administrators and issuers. */
  readonly accessListHash: Uint8Array;
}

/** The note. A charter that breaks a rule of the format is a defect of the caller. */
export function signCharter(authority: Authority, systemId: SystemId, charter: Charter): string {
  invariant(isSound(charter), "a charter breaks a rule of its format");
  return authority.sign(TYPE, systemId, render(charter));
}

/** The charter in a note. Throws `malformed`, `unknown-version` or `not-authentic`. */
export function openCharter(note: string, systemId: SystemId, authorityKey: Uint8Array): Charter {
  const charter = parseLines(openNote(note, { type: TYPE, systemId, authorityKey }), parse, render);
  if (!isSound(charter)) {
    throw new CryptoError("malformed");
  }
  return charter;
}

/** `accessListHash` of a system that has no administrators and issuers yet. */
export function emptyAccessListHash(): Uint8Array<ArrayBuffer> {
  return sha256(encodeFields(text("chatelaine/access-list/v1")));
}

function render(charter: Charter): readonly string[] {
  return [
    `serial ${charter.serial.toString()}`,
    `incarnation ${charter.incarnation.toString()}`,
    `keyring-revision ${charter.keyringRevision.toString()}`,
    ...charter.versions.map(renderVersion),
    ...charter.revokedNodes.map((nodeId) => `revoked-node ${nodeId}`),
    ...charter.revokedWarrants.map((warrantId) => `revoked-warrant ${warrantId}`),
    `authority ${toBase64(charter.authorityKey)}`,
    `ca-key ${toBase64(charter.caKey)}`,
    `access-list ${toHex(charter.accessListHash)}`,
  ];
}

function renderVersion({ number, state, checkValue }: CharterVersion): string {
  return `version ${number.toString()} ${state} ${toHex(checkValue)}`;
}

function parse(lines: NoteLines): Charter {
  return {
    serial: parseDecimal(lines.one("serial")),
    incarnation: parseDecimal(lines.one("incarnation")),
    keyringRevision: parseDecimal(lines.one("keyring-revision")),
    versions: lines.many("version").map(parseVersion),
    revokedNodes: lines.many("revoked-node").map(parseNodeId),
    revokedWarrants: lines.many("revoked-warrant"),
    authorityKey: fromBase64(lines.one("authority")),
    caKey: fromBase64(lines.one("ca-key")),
    accessListHash: fromHex(lines.one("access-list")),
  };
}

function parseVersion(value: string): CharterVersion {
  const [number, stateName, checkValue] = value.split(" ");
  const state = STATES.find((known) => known === stateName);
  if (number === undefined || state === undefined || checkValue === undefined) {
    throw new CryptoError("malformed");
  }
  return { number: Number(parseDecimal(number)), state, checkValue: fromHex(checkValue) };
}

/** The rules that the form of the lines does not give. */
function isSound(charter: Charter): boolean {
  return (
    [charter.serial, charter.incarnation, charter.keyringRevision].every(isFromOne) &&
    areVersionsSound(charter.versions) &&
    isAscending(charter.revokedNodes) &&
    isAscending(charter.revokedWarrants) &&
    charter.revokedWarrants.every((warrantId) => /^[0-9a-f]{64}$/.test(warrantId)) &&
    charter.authorityKey.length === RAW_KEY_BYTES &&
    isP256PublicKey(charter.caKey) &&
    charter.accessListHash.length === HASH_BYTES
  );
}

function areVersionsSound(versions: readonly CharterVersion[]): boolean {
  const numbers = versions.map((version) => version.number);
  return (
    numbers.every((number) => Number.isInteger(number) && number >= 1 && number <= U32_MAX) &&
    isAscending(numbers) &&
    versions.filter((version) => version.state === "primary").length === 1 &&
    versions.every((version) => version.checkValue.length === HASH_BYTES)
  );
}

function isFromOne(value: bigint): boolean {
  return value >= 1n && value <= U64_MAX;
}

function isAscending(values: readonly string[] | readonly number[]): boolean {
  const ascends = values.every((value, index) => {
    const before = values[index - 1];
    return before === undefined || before < value;
  });
  return ascends && values.length <= CHARTER_LIST_MAX;
}
