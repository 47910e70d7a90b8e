import { parseStatements } from "./sql/parse.ts";
import type { Statement } from "./sql/syntax.ts";

/** Texts that are remembered; nodes repeat a few hundred of them, in every run the same. */
const PARSED_MAX = 2000;

/** What texts of SQL say, which servers of any number can share. */
export class ParsedStatements {
  readonly #parsed = new Map<string, readonly Statement[]>();

  of(text: string): readonly Statement[] {
    let statements = this.#parsed.get(text);
    if (statements === undefined) {
      statements = parseStatements(text);
      if (this.#parsed.size < PARSED_MAX) {
        this.#parsed.set(text, statements);
      }
    }
    return statements;
  }
}
