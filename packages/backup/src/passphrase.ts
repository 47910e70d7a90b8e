/** Rules for the passphrase of a backup and for the reminder that may lie beside it. */
import { isUtf8 } from "node:buffer";
import { newBytes, type RandomSource, SecretBytes, text } from "@chatelaine/crypto";
import { wordlist } from "@scure/bip39/wordlists/english.js";
import { invariant } from "./invariant.ts";

/** In characters (Unicode code points). */
export const PASSPHRASE_LENGTH_MIN = 16;
/** In characters (Unicode code points). */
export const PASSPHRASE_LENGTH_MAX = 256;
/** In characters (UTF-16 code units). */
export const REMINDER_LENGTH_MAX = 512;

const WORDS = 10;
const WORD_BITS = 11;
const WORD_LENGTH_MAX = 8;
const BYTES_PER_WORD = 2;
const DASH = 0x2d;
const SPACE = 0x20;
const DELETE = 0x7f;
const ENCODER = new TextEncoder();

export type PassphraseProblem = "not-text" | "too-short" | "too-long";
export type ReminderProblem = "not-text" | "too-long" | "tells-passphrase";

/**
 * Why these bytes cannot be a passphrase; undefined if they can. Control characters are refused
 * because nobody can type them for `age` (and a newline at the end of a file is meant by nobody).
 */
export function passphraseProblem(passphrase: SecretBytes): PassphraseProblem | undefined {
  return passphrase.use((bytes) => {
    const length = characters(bytes);
    if (length === undefined) {
      return "not-text";
    }
    if (length < PASSPHRASE_LENGTH_MIN) {
      return "too-short";
    }
    return length > PASSPHRASE_LENGTH_MAX ? "too-long" : undefined;
  });
}

/** Why this cannot stand beside a backup with that passphrase; undefined if it can. */
export function reminderProblem(
  reminder: string,
  passphrase: SecretBytes,
): ReminderProblem | undefined {
  if (!reminder.isWellFormed() || /[\p{Cc}\p{Zl}\p{Zp}]/u.test(reminder)) {
    return "not-text";
  }
  if (reminder.length > REMINDER_LENGTH_MAX) {
    return "too-long";
  }
  const tells = passphrase.use((bytes) =>
    Buffer.from(text(reminder)).includes(Buffer.from(bytes.buffer)),
  );
  return tells ? "tells-passphrase" : undefined;
}

/**
 * A new passphrase of 110 random bits: ten of 2048 English words (BIP-39), with dashes between
 * them. The words are of three to eight letters, and no two begin with the same four.
 */
export function generatePassphrase(random: RandomSource): SecretBytes {
  using drawn = SecretBytes.random(random, WORDS * BYTES_PER_WORD);
  using room = SecretBytes.take(newBytes(WORDS * (WORD_LENGTH_MAX + 1)));
  return room.use((target) => {
    const end = drawn.use((bytes) => writeWords(target, bytes));
    return SecretBytes.copyOf(target.subarray(0, end));
  });
}

/** Writes the words that the random bytes choose, and says where they end. */
function writeWords(target: Uint8Array, drawn: Uint8Array): number {
  let end = 0;
  for (let place = 0; place < WORDS; place += 1) {
    end = writeWord(target, end, indexAt(drawn, place));
    target[end] = DASH;
    end += 1;
  }
  return end - 1;
}

/** Eleven bits of a pair of random bytes: uniform, since the list has exactly 2^11 words. */
function indexAt(drawn: Uint8Array, place: number): number {
  const view = new DataView(drawn.buffer, drawn.byteOffset, drawn.length);
  return view.getUint16(place * BYTES_PER_WORD) % 2 ** WORD_BITS;
}

/** Writes a word of the list at `offset`, and says where it ends. */
function writeWord(target: Uint8Array, offset: number, index: number): number {
  const word = wordlist[index];
  invariant(word !== undefined, "the list has 2048 words");
  return offset + ENCODER.encodeInto(word, target.subarray(offset)).written;
}

/** How many characters the UTF-8 text has; undefined if it is none, or has a control character. */
function characters(bytes: Uint8Array): number | undefined {
  if (!isUtf8(bytes) || bytes.some((byte) => byte < SPACE || byte === DELETE)) {
    return undefined;
  }
  // Every byte but those that continue a character (10xxxxxx) begins one (RFC 3629, section 3).
  return bytes.reduce(
    (count, byte) => ((byte & 0b1100_0000) === 0b1000_0000 ? count : count + 1),
    0,
  );
}
