import { SqlError } from "../sql-error.ts";
import { type Token, tokensOf } from "./lexer.ts";
import type { Derived } from "./syntax.ts";

const END: Token = { kind: "end", text: "" };

/** Goes through the tokens of a text; what is not as expected is a syntax error (42601). */
export class TokenReader {
  /** What the statement has named in front of it (`with`). */
  readonly named = new Map<string, Derived>();
  readonly #tokens: readonly Token[];
  #position = 0;

  constructor(sql: string) {
    this.#tokens = tokensOf(sql);
  }

  peek(ahead = 0): Token {
    return this.#tokens[this.#position + ahead] ?? END;
  }

  next(): Token {
    const token = this.peek();
    this.#position += 1;
    return token;
  }

  isAtEnd(): boolean {
    return this.peek().kind === "end";
  }

  /** Whether these words come next. */
  sees(...words: readonly string[]): boolean {
    return words.every((word, index) => {
      const token = this.peek(index);
      return token.kind === "word" && !token.isQuoted && token.text === word;
    });
  }

  /** Takes these words if they come next. */
  takes(...words: readonly string[]): boolean {
    const isNext = this.sees(...words);
    if (isNext) {
      this.#position += words.length;
    }
    return isNext;
  }

  /** The first of the phrases that comes next, taken. */
  takesOne<const Phrase extends string>(...phrases: readonly Phrase[]): Phrase | undefined {
    return phrases.find((phrase) => this.takes(...phrase.split(" ")));
  }

  expect(...words: readonly string[]): void {
    if (!this.takes(...words)) {
      this.fail();
    }
  }

  seesSign(...signs: readonly string[]): boolean {
    const token = this.peek();
    return token.kind === "sign" && signs.includes(token.text);
  }

  takesSign(...signs: readonly string[]): string | undefined {
    return this.seesSign(...signs) ? this.next().text : undefined;
  }

  expectSign(sign: string): void {
    if (this.takesSign(sign) === undefined) {
      this.fail();
    }
  }

  name(): string {
    const token = this.next();
    return token.kind === "word" ? token.text : this.fail();
  }

  text(): string {
    const token = this.next();
    return token.kind === "end" ? this.fail() : token.text;
  }

  /** One or more, with commas between. */
  list<T>(one: () => T): readonly T[] {
    const items = [one()];
    while (this.takesSign(",") !== undefined) {
      items.push(one());
    }
    return items;
  }

  inParentheses<T>(inside: () => T): T {
    this.expectSign("(");
    const result = inside();
    this.expectSign(")");
    return result;
  }

  names(): readonly string[] {
    return this.inParentheses(() => this.list(() => this.name()));
  }

  fail(): never {
    throw new SqlError("42601", `syntax error at or near "${this.peek(-1).text}"`);
  }
}
