/**
 * Documents in documents. Each is escaped as character data of the one around it, so an offset in
 * the innermost is found in the file by going outwards reference by reference.
 */
import { PlaceFinder, type TextPlace } from "../text-place.ts";

/** References that well-formed text without a DTD can have, and the ends of lines. */
const REFERENCE = /&(?:#x([0-9a-fA-F]+)|#([0-9]+)|(amp|lt|gt|quot|apos));|\r\n?/g;

const NAMED: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
};

/** A text, how many documents lie around it, and where in the file each of its units stands. */
export class EmbeddedText {
  readonly text: string;
  /** 0 for the file itself. */
  readonly depth: number;
  readonly #outer: (offset: number) => number;
  readonly #file: string;

  private constructor(
    text: string,
    depth: number,
    outer: (offset: number) => number,
    file: string,
  ) {
    this.text = text;
    this.depth = depth;
    this.#outer = outer;
    this.#file = file;
  }

  static file(text: string): EmbeddedText {
    return new EmbeddedText(text, 0, (offset) => offset, text);
  }

  /**
   * The character data between two offsets, which hold no markup but references. Lengths differ by
   * the references alone, so only where those stand is kept.
   */
  inner(start: number, end: number): EmbeddedText {
    const raw = this.text.slice(start, end);
    const pieces: string[] = [];
    const innerEnds: number[] = [];
    const outerEnds: number[] = [];
    let done = 0;
    let length = 0;
    for (const reference of raw.matchAll(REFERENCE)) {
      const character = read(reference);
      pieces.push(raw.slice(done, reference.index), character);
      length += reference.index - done + character.length;
      done = reference.index + reference[0].length;
      innerEnds.push(length);
      outerEnds.push(start + done);
    }
    pieces.push(raw.slice(done));
    const outer = (offset: number): number => {
      const before = lastAtMost(innerEnds, offset);
      return (outerEnds[before] ?? start) + offset - (innerEnds[before] ?? 0);
    };
    return new EmbeddedText(
      pieces.join(""),
      this.depth + 1,
      (offset) => this.toFile(outer(offset)),
      this.#file,
    );
  }

  /** Character data that was put together from sections and comments: all of it is at `start`. */
  quoted(text: string, start: number): EmbeddedText {
    return new EmbeddedText(text, this.depth + 1, () => this.toFile(start), this.#file);
  }

  /** A part of the text as it stands, at the same depth. */
  part(start: number, end: number): EmbeddedText {
    return new EmbeddedText(
      this.text.slice(start, end),
      this.depth,
      (offset) => this.toFile(start + offset),
      this.#file,
    );
  }

  /** Where in the file the unit at `offset` begins; for the length of the text, where it ends. */
  toFile(offset: number): number {
    return this.#outer(offset);
  }

  /** What stands in the file between two offsets of this text. */
  fileSlice(start: number, end: number): string {
    return this.#file.slice(this.toFile(start), this.toFile(end));
  }

  /** For a refusal: takes a pass over the file. */
  placeOf(offset: number): TextPlace {
    return new PlaceFinder(this.#file).at(this.toFile(offset));
  }
}

function read([, hex, decimal, name]: RegExpExecArray): string {
  if (hex !== undefined) {
    return String.fromCodePoint(Number.parseInt(hex, 16));
  }
  if (decimal !== undefined) {
    return String.fromCodePoint(Number.parseInt(decimal, 10));
  }
  // What is left is an end of line, which is a line feed wherever it came from (XML 1.0, 2.11).
  return name === undefined ? "\n" : (NAMED[name] ?? "");
}

/** The index of the last of the ascending numbers that is at most `limit`; -1 if none is. */
function lastAtMost(ascending: readonly number[], limit: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ascending[middle] ?? 0) <= limit) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low - 1;
}
