import { newBytes } from "./bytes.ts";
import { CryptoError } from "./crypto-error.ts";

/**
 * Text as every format carries it: UTF-8 of its composed form (Unicode NFC), so that the two ways
 * to write "é" are the same bytes. Throws `malformed` for a lone surrogate, which UTF-8 cannot
 * carry and an encoder would silently replace.
 */
export function text(value: string): Uint8Array<ArrayBuffer> {
  const encoded = Buffer.from(composed(value), "utf8");
  const bytes = newBytes(encoded.length);
  bytes.set(encoded);
  return bytes;
}

/** The text in bytes made by `text`. Throws `malformed` for bytes which `text` never makes. */
export function decodeText(bytes: Uint8Array): string {
  const value = decodeUtf8(bytes);
  if (value !== value.normalize("NFC")) {
    throw new CryptoError("malformed");
  }
  return value;
}

/**
 * The form in which two names are compared where they must be unique: composed, and without the
 * difference between upper and lower case ("Straße" and "STRASSE" are one name). It is the only
 * case folding in the program. It is not for display, and nothing is authenticated by it.
 */
export function foldName(name: string): string {
  // Each character by itself, because lower-casing a whole word looks at its neighbours (the Greek
  // sigma at the end of a word); down, up and down again, so that "ẞ", "ß" and "ss" meet.
  const folded = Array.from(composed(name), (character) =>
    character.toLowerCase().toUpperCase().toLowerCase(),
  );
  return folded.join("").normalize("NFC");
}

function composed(value: string): string {
  if (!value.isWellFormed()) {
    throw new CryptoError("malformed");
  }
  return value.normalize("NFC");
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    // ignoreBOM keeps a leading U+FEFF: dropping it would give two encodings of one text.
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    // TextDecoder has one failure: the bytes are not UTF-8.
    throw new CryptoError("malformed");
  }
}
