import type { Expression, OrderItem, Select } from "./syntax.ts";
import type { TokenReader } from "./token-reader.ts";

export type ParseSelect = (tokens: TokenReader) => Select;

const COMPARISONS = ["=", "!=", "<>", "<", ">", "<=", ">="];

/** Expressions, from the loosest binding to the tightest; `parseSelect` reads a subquery. */
export class ExpressionParser {
  readonly #tokens: TokenReader;
  readonly #parseSelect: ParseSelect;

  constructor(tokens: TokenReader, parseSelect: ParseSelect) {
    this.#tokens = tokens;
    this.#parseSelect = parseSelect;
  }

  parse(): Expression {
    let left = this.#conjunction();
    while (this.#tokens.takes("or")) {
      left = { kind: "binary", operator: "or", left, right: this.#conjunction() };
    }
    return left;
  }

  #conjunction(): Expression {
    let left = this.#negation();
    while (this.#tokens.takes("and")) {
      left = { kind: "binary", operator: "and", left, right: this.#negation() };
    }
    return left;
  }

  #negation(): Expression {
    return this.#tokens.takes("not")
      ? { kind: "not", operand: this.#negation() }
      : this.#comparison();
  }

  #comparison(): Expression {
    const left = this.#tupleOr();
    if (!("kind" in left)) {
      return this.#membership(left);
    }
    const operator = this.#tokens.takesSign(...COMPARISONS);
    if (operator !== undefined) {
      return {
        kind: "binary",
        operator: operator === "<>" ? "!=" : operator,
        left,
        right: this.#sum(),
      };
    }
    if (this.#tokens.takes("is")) {
      const isNegated = this.#tokens.takes("not");
      this.#tokens.expect("null");
      return { kind: "is-null", operand: left, isNegated };
    }
    if (this.#tokens.takes("between")) {
      return this.#between(left);
    }
    return this.#tokens.sees("in") || this.#tokens.sees("not", "in")
      ? this.#membership([left])
      : left;
  }

  #between(operand: Expression): Expression {
    const low = this.#sum();
    this.#tokens.expect("and");
    const left: Expression = { kind: "binary", operator: ">=", left: operand, right: low };
    const right: Expression = { kind: "binary", operator: "<=", left: operand, right: this.#sum() };
    return { kind: "binary", operator: "and", left, right };
  }

  #membership(operands: readonly Expression[]): Expression {
    const isNegated = this.#tokens.takes("not");
    this.#tokens.expect("in");
    return this.#tokens.inParentheses((): Expression => {
      if (this.#tokens.sees("select")) {
        return { kind: "in-query", operands, query: this.#parseSelect(this.#tokens), isNegated };
      }
      if (this.#tokens.seesSign("(")) {
        // A query in parentheses of its own, as a query builder writes it.
        const query = this.#tokens.inParentheses(() => this.#parseSelect(this.#tokens));
        return { kind: "in-query", operands, query, isNegated };
      }
      const [operand] = operands;
      const items = this.#tokens.list(() => this.parse());
      return operand === undefined
        ? this.#tokens.fail()
        : { kind: "in-list", operand, items, isNegated };
    });
  }

  /** `(a, b)` before `in`, or any other operand. */
  #tupleOr(): Expression | readonly Expression[] {
    if (!this.#tokens.seesSign("(") || !this.#isTuple()) {
      return this.#sum();
    }
    return this.#tokens.inParentheses(() => this.#tokens.list(() => this.parse()));
  }

  #isTuple(): boolean {
    return this.#tokens.peek(1).kind === "word" && this.#tokens.peek(2).text === ",";
  }

  #sum(): Expression {
    let left = this.#product();
    for (;;) {
      const operator = this.#tokens.takesSign("+", "-", "||", "->>");
      if (operator === undefined) {
        return left;
      }
      left = { kind: "binary", operator, left, right: this.#product() };
    }
  }

  #product(): Expression {
    let left = this.#operand();
    for (;;) {
      const operator = this.#tokens.takesSign("*", "%", "/");
      if (operator === undefined) {
        return left;
      }
      left = { kind: "binary", operator, left, right: this.#operand() };
    }
  }

  #operand(): Expression {
    const token = this.#tokens.next();
    switch (token.kind) {
      case "number":
        return { kind: "literal", value: BigInt(token.text) };
      case "text":
        return { kind: "literal", value: token.text };
      case "parameter":
        return { kind: "parameter", index: Number(token.text) - 1 };
      case "word":
        return this.#named(token.text, token.isQuoted);
      case "sign":
        return this.#signed(token.text);
      case "end":
        return this.#tokens.fail();
    }
  }

  #signed(sign: string): Expression {
    if (sign === "-") {
      const zero: Expression = { kind: "literal", value: 0n };
      return { kind: "binary", operator: "-", left: zero, right: this.#operand() };
    }
    if (sign !== "(") {
      return this.#tokens.fail();
    }
    const inside: Expression = this.#tokens.sees("select")
      ? { kind: "scalar-query", query: this.#parseSelect(this.#tokens) }
      : this.parse();
    this.#tokens.expectSign(")");
    return inside;
  }

  #named(name: string, isQuoted: boolean): Expression {
    if (!isQuoted) {
      const special = this.#special(name);
      if (special !== undefined) {
        return special;
      }
    }
    if (this.#tokens.takesSign(".") !== undefined) {
      return { kind: "column", table: name, name: this.#tokens.name() };
    }
    if (this.#tokens.seesSign("(")) {
      const args = this.#tokens.inParentheses(() => this.#args());
      return name === "row_number" ? this.#rowNumber() : { kind: "call", name, args };
    }
    return { kind: "column", table: undefined, name };
  }

  #rowNumber(): Expression {
    this.#tokens.expect("over");
    return this.#tokens.inParentheses(() => {
      this.#tokens.expect("partition", "by");
      const partitionBy = this.#tokens.list(() => this.parse());
      this.#tokens.expect("order", "by");
      return { kind: "row-number", partitionBy, orderBy: this.orderItems() };
    });
  }

  orderItems(): readonly OrderItem[] {
    return this.#tokens.list(() => {
      const expression = this.parse();
      return { expression, isDescending: this.#tokens.takesOne("asc", "desc") === "desc" };
    });
  }

  #special(word: string): Expression | undefined {
    switch (word) {
      case "null":
        return { kind: "literal", value: null };
      case "true":
        return { kind: "literal", value: true };
      case "false":
        return { kind: "literal", value: false };
      case "exists":
        return this.#tokens.inParentheses(() => ({
          kind: "exists",
          query: this.#parseSelect(this.#tokens),
        }));
      case "cast":
        return this.#tokens.inParentheses(() => {
          const operand = this.parse();
          this.#tokens.expect("as");
          return { kind: "cast", operand, type: this.#tokens.name() };
        });
      case "extract":
        return this.#tokens.inParentheses(() => {
          this.#tokens.expect("epoch", "from");
          return { kind: "call", name: "extract_epoch", args: [this.parse()] };
        });
      default:
        return undefined;
    }
  }

  #args(): readonly Expression[] {
    if (this.#tokens.seesSign(")")) {
      return [];
    }
    if (this.#tokens.takesSign("*") !== undefined) {
      return [];
    }
    return this.#tokens.list(() => this.parse());
  }
}
