/**
 * Why bytes from outside were refused.
 *
 * - `unknown-version`: a format type or version which this software does not know;
 * - `malformed`: truncated, with something after the end, or not in canonical form;
 * - `open-failed`: decryption failed, whatever the reason: a caller learns no more than that;
 * - `not-authentic`: a note without a valid signature of the expected key, type or system, or a
 *   stamp that does not match its row.
 */
export type CryptoFault = "unknown-version" | "malformed" | "open-failed" | "not-authentic";

const MESSAGES: Readonly<Record<CryptoFault, string>> = {
  "unknown-version": "the format or its version is not known to this software",
  malformed: "the bytes are truncated, have something after their end, or are not canonical",
  "open-failed": "the value does not open",
  "not-authentic": "the statement is not authentic",
};

/** Bytes from outside were refused. The message depends on the code alone, never on the bytes. */
export class CryptoError extends Error {
  override readonly name = "CryptoError";
  readonly code: CryptoFault;

  constructor(code: CryptoFault) {
    super(MESSAGES[code]);
    this.code = code;
  }
}
