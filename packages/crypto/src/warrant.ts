import { type Authority, openNote } from "./authority.ts";
import { fromBase64, toBase64 } from "./base64.ts";
import { CryptoError } from "./crypto-error.ts";
import { RAW_KEY_BYTES } from "./curve25519-keys.ts";
import { invariant } from "./invariant.ts";
import { type NodeId, parseNodeId } from "./node-id.ts";
import { isLineText, type NoteLines, parseDecimal, parseLines } from "./note-lines.ts";
import { isP256PublicKey } from "./p256-key.ts";
import { noteId } from "./signed-note.ts";
import type { SystemId } from "./system-id.ts";

const TYPE = "chatelaine/warrant/v1";
const SERIAL_MAX = 0xffff_ffff_ffff_ffffn;
const NAME_LENGTH_MAX = 64;
const DNS_NAME_LENGTH_MAX = 253;
const ADDRESS_LENGTH_MAX = 255;
const LIST_MAX = 32;

/** Whether a node may become master secret server. */
export type NodeRole = "candidate" | "member";

/** Who a node is, in the words of the authority. */
export interface Warrant {
  readonly nodeId: NodeId;
  /** For people: 1 to 64 characters without control characters. */
  readonly name: string;
  readonly role: NodeRole;
  /** Which admission of the system this was; from 1. */
  readonly admissionSerial: bigint;
  /** P-256, SubjectPublicKeyInfo, 91 bytes. */
  readonly tlsKey: Uint8Array;
  /** X25519, 32 bytes. */
  readonly hpkeKey: Uint8Array;
  /** Ed25519, 32 bytes. */
  readonly statementKey: Uint8Array;
  /** DNS names for the certificate: at most 32, of at most 253 characters. */
  readonly names: readonly string[];
  /** Addresses for the certificate: at most 32, of at most 255 characters. */
  readonly addresses: readonly string[];
}

/** The note. A warrant that breaks a rule of the format is a defect of the caller. */
export function signWarrant(authority: Authority, systemId: SystemId, warrant: Warrant): string {
  invariant(isWarrant(warrant), "a warrant breaks a rule of its format");
  return authority.sign(TYPE, systemId, render(warrant));
}

/** The warrant in a note. Throws `malformed`, `unknown-version` or `not-authentic`. */
export function openWarrant(note: string, systemId: SystemId, authorityKey: Uint8Array): Warrant {
  const warrant = parseLines(openNote(note, { type: TYPE, systemId, authorityKey }), parse, render);
  if (!isWarrant(warrant)) {
    throw new CryptoError("malformed");
  }
  return warrant;
}

/** Names a warrant: SHA-256 of its signed text, in hexadecimal. Throws `malformed`. */
export function warrantId(note: string): string {
  return noteId(note);
}

function render(warrant: Warrant): readonly string[] {
  return [
    `node ${warrant.nodeId}`,
    `name ${warrant.name}`,
    `role ${warrant.role}`,
    `serial ${warrant.admissionSerial.toString()}`,
    `tls-key ${toBase64(warrant.tlsKey)}`,
    `hpke-key ${toBase64(warrant.hpkeKey)}`,
    `statement-key ${toBase64(warrant.statementKey)}`,
    ...warrant.names.map((name) => `dns-name ${name}`),
    ...warrant.addresses.map((address) => `address ${address}`),
  ];
}

function parse(lines: NoteLines): Warrant {
  return {
    nodeId: parseNodeId(lines.one("node")),
    name: lines.one("name"),
    role: parseNodeRole(lines.one("role")),
    admissionSerial: parseDecimal(lines.one("serial")),
    tlsKey: fromBase64(lines.one("tls-key")),
    hpkeKey: fromBase64(lines.one("hpke-key")),
    statementKey: fromBase64(lines.one("statement-key")),
    names: lines.many("dns-name"),
    addresses: lines.many("address"),
  };
}

/** Throws `malformed` for a role that there is not. */
export function parseNodeRole(value: string): NodeRole {
  if (value !== "candidate" && value !== "member") {
    throw new CryptoError("malformed");
  }
  return value;
}

/** Whether it keeps the rules that the form of the lines does not give, so that it can be signed. */
export function isWarrant(warrant: Warrant): boolean {
  return (
    isNodeName(warrant.name) &&
    warrant.admissionSerial >= 1n &&
    warrant.admissionSerial <= SERIAL_MAX &&
    isP256PublicKey(warrant.tlsKey) &&
    warrant.hpkeKey.length === RAW_KEY_BYTES &&
    warrant.statementKey.length === RAW_KEY_BYTES &&
    isCertifiable(warrant.names, DNS_NAME_LENGTH_MAX) &&
    isCertifiable(warrant.addresses, ADDRESS_LENGTH_MAX)
  );
}

/** Whether the text can be the name of a node: 1 to 64 characters, none of them invisible. */
export function isNodeName(name: string): boolean {
  return isLineText(name, NAME_LENGTH_MAX);
}

function isCertifiable(values: readonly string[], lengthMax: number): boolean {
  const printable = values.every((value) => value.length <= lengthMax && /^[!-~]+$/.test(value));
  return printable && values.length <= LIST_MAX && new Set(values).size === values.length;
}
