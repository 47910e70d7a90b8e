/**
 * Statements of a system: C2SP signed notes (https://c2sp.org/signed-note) with one Ed25519
 * signature, a type in the first line and the system in the second. Format: docs/formats.
 */
import type { KeyObject } from "node:crypto";
import { fromBase64, toBase64 } from "./base64.ts";
import { concat, equalBytes, toHex } from "./bytes.ts";
import { CryptoError } from "./crypto-error.ts";
import {
  publicKeyFrom,
  rawPublicKey,
  signEd25519,
  SIGNATURE_BYTES,
  verifyEd25519,
} from "./curve25519-keys.ts";
import { invariant } from "./invariant.ts";
import { sha256 } from "./sha256.ts";
import type { SystemId } from "./system-id.ts";
import { text } from "./text.ts";

/** Every type of statement; a closed list, because an unknown one must be refused. */
export const NOTE_TYPES = [
  "chatelaine/warrant/v1",
  "chatelaine/charter/v1",
  "chatelaine/invite/v1",
  "chatelaine/destroyed/v1",
  "chatelaine/drill/v1",
] as const;
export type NoteType = (typeof NOTE_TYPES)[number];

/** Length of a whole note, in bytes of UTF-8. */
export const NOTE_BYTES_MAX = 262_144;

/** What a statement is about, and who speaks. */
export interface NoteHeading {
  readonly type: NoteType;
  readonly systemId: SystemId;
  /** Name of the key, after `systemId/`. */
  readonly signer: string;
}

const KEY_HASH_BYTES = 4;
// C2SP signed-note, section "Signature types": 0x01 is Ed25519.
const ALGORITHM_ED25519 = Uint8Array.of(0x01);
const NEWLINE = Uint8Array.of(0x0a);
const SEPARATOR = "\n\n\u2014 ";
const LINE = /^[a-z][a-z0-9-]* [^\p{Cc}]+$/u;

/**
 * The whole note. `body` are lines `name value` without their newlines; a line of another form, or
 * a note that would be too long, is a defect of the caller.
 */
export function signNote(
  heading: NoteHeading,
  body: readonly string[],
  privateKey: KeyObject,
): string {
  invariant(body.every(isBodyLine), "a line of a note is a name, a space and a value");
  const signedText = [heading.type, heading.systemId, ...body].join("\n") + "\n";
  const signature = concat(
    keyHash(keyNameOf(heading), rawPublicKey(privateKey)),
    signEd25519(privateKey, text(signedText)),
  );
  const note = `${signedText}\n\u2014 ${keyNameOf(heading)} ${toBase64(signature)}\n`;
  invariant(text(note).length <= NOTE_BYTES_MAX, "a note is too long");
  return note;
}

/**
 * The lines of the body, if the note states what `heading` says and `publicKey` (32 bytes, Ed25519)
 * has signed it. Throws `malformed`, `unknown-version` or `not-authentic`.
 */
export function openSignedNote(
  note: string,
  heading: NoteHeading,
  publicKey: Uint8Array,
): readonly string[] {
  const { signedText, signatureLine } = splitNote(note);
  const [type, systemId, ...body] = signedText.slice(0, -1).split("\n");
  if (type !== heading.type) {
    throw new CryptoError(isNoteType(type) ? "not-authentic" : "unknown-version");
  }
  const signature = signatureOf(signatureLine, keyNameOf(heading), publicKey);
  const key = publicKeyFrom("ed25519", publicKey);
  if (!verifyEd25519(key, text(signedText), signature) || systemId !== heading.systemId) {
    throw new CryptoError("not-authentic");
  }
  if (!body.every(isBodyLine)) {
    throw new CryptoError("malformed");
  }
  return body;
}

/**
 * Names a statement: SHA-256 of the signed text, in hexadecimal. The signature is left out, so
 * that it cannot be used to give one statement two names. Throws `malformed`; verifies nothing.
 */
export function noteId(note: string): string {
  return toHex(sha256(text(splitNote(note).signedText)));
}

interface SplitNote {
  /** Up to and with the newline before the separator. */
  readonly signedText: string;
  /** Without the dash before it and the newline after it. */
  readonly signatureLine: string;
}

function splitNote(note: string): SplitNote {
  // Text that is not NFC would not survive being carried as text, and its signature with it.
  const isText = note.isWellFormed() && note === note.normalize("NFC");
  const separator = note.indexOf(SEPARATOR);
  const signatureLine = note.slice(separator + SEPARATOR.length, -1);
  const isWhole = separator >= 0 && note.endsWith("\n") && !signatureLine.includes("\n");
  if (!isText || !isWhole || Buffer.byteLength(note) > NOTE_BYTES_MAX) {
    throw new CryptoError("malformed");
  }
  return { signedText: note.slice(0, separator + 1), signatureLine };
}

function signatureOf(line: string, keyName: string, publicKey: Uint8Array): Uint8Array {
  const [name, encoded, ...more] = line.split(" ");
  if (encoded === undefined || more.length > 0) {
    throw new CryptoError("malformed");
  }
  const hashAndSignature = fromBase64(encoded);
  if (hashAndSignature.length !== KEY_HASH_BYTES + SIGNATURE_BYTES) {
    throw new CryptoError("malformed");
  }
  const hash = hashAndSignature.subarray(0, KEY_HASH_BYTES);
  if (name !== keyName || !equalBytes(hash, keyHash(keyName, publicKey))) {
    throw new CryptoError("not-authentic");
  }
  return hashAndSignature.subarray(KEY_HASH_BYTES);
}

function keyNameOf(heading: NoteHeading): string {
  return `${heading.systemId}/${heading.signer}`;
}

/** How C2SP signed notes name an Ed25519 key: 4 bytes. */
export function keyHash(keyName: string, publicKey: Uint8Array): Uint8Array {
  const named = concat(text(keyName), NEWLINE, ALGORITHM_ED25519, publicKey);
  return sha256(named).subarray(0, KEY_HASH_BYTES);
}

function isNoteType(value: string | undefined): boolean {
  return NOTE_TYPES.some((type) => type === value);
}

function isBodyLine(line: string): boolean {
  return LINE.test(line);
}
