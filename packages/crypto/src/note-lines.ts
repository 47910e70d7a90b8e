import { CryptoError } from "./crypto-error.ts";

/** Reads the `name value` lines of a note in the order which its type fixes. */
export class NoteLines {
  readonly #lines: readonly string[];
  #next = 0;

  constructor(lines: readonly string[]) {
    this.#lines = lines;
  }

  /** The value of the next line. Throws `malformed` if that line has another name. */
  one(name: string): string {
    const value = this.#valueOf(name);
    if (value === undefined) {
      throw new CryptoError("malformed");
    }
    return value;
  }

  /** The values of all lines of this name which follow, perhaps none. */
  many(name: string): readonly string[] {
    const values: string[] = [];
    for (let value = this.#valueOf(name); value !== undefined; value = this.#valueOf(name)) {
      values.push(value);
    }
    return values;
  }

  #valueOf(name: string): string | undefined {
    const line = this.#lines[this.#next];
    if (line?.startsWith(`${name} `) !== true) {
      return undefined;
    }
    this.#next += 1;
    return line.slice(name.length + 1);
  }
}

/**
 * What `parse` makes of the lines, if `render` makes exactly these lines of it again: so a
 * statement has one spelling, and no line is left over. Throws `malformed` otherwise.
 */
export function parseLines<T>(
  lines: readonly string[],
  parse: (lines: NoteLines) => T,
  render: (statement: T) => readonly string[],
): T {
  const statement = parse(new NoteLines(lines));
  if (render(statement).join("\n") !== lines.join("\n")) {
    throw new CryptoError("malformed");
  }
  return statement;
}

/** A decimal number. That it has no leading zero is left to `parseLines`. */
export function parseDecimal(value: string): bigint {
  if (!/^[0-9]{1,20}$/.test(value)) {
    throw new CryptoError("malformed");
  }
  return BigInt(value);
}

/** Whether the text can stand as the value of a line, is composed (NFC) and all to be seen. */
export function isLineText(value: string, lengthMax: number): boolean {
  return (
    value.length >= 1 &&
    value.length <= lengthMax &&
    value.isWellFormed() &&
    value === value.normalize("NFC") &&
    !/[\p{C}\p{Zl}\p{Zp}]/u.test(value) &&
    value === value.trim()
  );
}
