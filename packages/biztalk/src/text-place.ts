/** Where something stands in a file, for people: editors count the same way. */

/** 1-based line and column of a file, the column in UTF-16 units. */
export interface TextPlace {
  readonly line: number;
  readonly column: number;
}

const LINE_END = /\r\n?|\n/g;

/** Turns offsets into places. Offsets that grow cost one pass over the text in all. */
export class PlaceFinder {
  readonly #text: string;
  readonly #lineEnd = new RegExp(LINE_END);
  #line = 1;
  #lineStart = 0;
  /** Where the next line begins; undefined while nobody has looked: a line can be the whole file. */
  #nextLine: number | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  /** The place of `offset`, which is in UTF-16 units from the beginning of the text. */
  at(offset: number): TextPlace {
    if (offset < this.#lineStart) {
      this.#line = 1;
      this.#lineStart = 0;
      this.#nextLine = undefined;
    }
    for (;;) {
      this.#nextLine ??= this.#findNextLine();
      if (offset < this.#nextLine) {
        return { line: this.#line, column: offset - this.#lineStart + 1 };
      }
      this.#line += 1;
      this.#lineStart = this.#nextLine;
      this.#nextLine = undefined;
    }
  }

  /** Infinity: this is the last one. */
  #findNextLine(): number {
    this.#lineEnd.lastIndex = this.#lineStart;
    return this.#lineEnd.test(this.#text) ? this.#lineEnd.lastIndex : Infinity;
  }
}
