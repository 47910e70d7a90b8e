import { unsupported } from "../sql-error.ts";
import { parseExpression } from "./parse-query.ts";
import type {
  ColumnDefinition,
  Definition,
  Definitions,
  Expression,
  ForeignKey,
  UniqueKey,
} from "./syntax.ts";
import type { TokenReader } from "./token-reader.ts";

/** Undefined if what comes next defines nothing. */
export function parseDefinition(tokens: TokenReader): Definition | undefined {
  switch (
    tokens.takesOne(
      "create table",
      "create unique index",
      "create index",
      "alter table",
      "drop table",
    )
  ) {
    case "create table": {
      const table = tokens.name();
      const parts = new DefinitionParser(tokens);
      tokens.inParentheses(() => tokens.list(() => parts.take()));
      return { kind: "create-table", table, definitions: parts.definitions };
    }
    case "create unique index":
      return uniqueIndex(tokens);
    case "create index":
      uniqueIndex(tokens);
      return { kind: "nothing" };
    case "alter table":
      return alteration(tokens, tokens.name());
    case "drop table":
      return { kind: "drop-table", table: tokens.name() };
    case undefined:
      return undefined;
  }
}

function uniqueIndex(tokens: TokenReader): Definition {
  tokens.name();
  tokens.expect("on");
  const table = tokens.name();
  const columns = tokens.names();
  const where = tokens.takes("where") ? parseExpression(tokens) : undefined;
  return { kind: "create-key", table, key: { columns, where, isPrimary: false } };
}

function alteration(tokens: TokenReader, table: string): Definition {
  if (tokens.takes("rename", "column")) {
    const from = tokens.name();
    tokens.expect("to");
    return { kind: "rename-column", table, from, to: tokens.name() };
  }
  if (tokens.takes("add", "column")) {
    const parts = new DefinitionParser(tokens);
    parts.take();
    return { kind: "add-columns", table, definitions: parts.definitions };
  }
  if (tokens.takes("alter", "column")) {
    tokens.name();
    tokens.expect("set", "storage");
    tokens.name();
    return { kind: "nothing" };
  }
  throw unsupported(`alter table … ${tokens.peek().text}`);
}

class DefinitionParser {
  readonly #tokens: TokenReader;
  readonly #columns: ColumnDefinition[] = [];
  readonly #checks: Expression[] = [];
  readonly #keys: UniqueKey[] = [];
  readonly #foreignKeys: ForeignKey[] = [];

  constructor(tokens: TokenReader) {
    this.#tokens = tokens;
  }

  get definitions(): Definitions {
    return {
      columns: this.#columns,
      checks: this.#checks,
      keys: this.#keys,
      foreignKeys: this.#foreignKeys,
    };
  }

  /** One column with its constraints, or one constraint of the table. */
  take(): void {
    const tokens = this.#tokens;
    switch (tokens.takesOne("primary key", "unique", "check", "foreign key")) {
      case "primary key":
        this.#key(tokens.names(), true);
        return;
      case "unique":
        this.#key(tokens.names(), false);
        return;
      case "check":
        this.#check();
        return;
      case "foreign key": {
        const columns = tokens.names();
        tokens.expect("references");
        this.#reference(columns);
        return;
      }
      case undefined:
        this.#column();
    }
  }

  #column(): void {
    const tokens = this.#tokens;
    const name = tokens.name();
    const type = tokens.name();
    let isNotNull = false;
    let isIdentity = false;
    let defaultValue: Expression | undefined;
    for (;;) {
      switch (
        tokens.takesOne(
          "not null",
          "primary key",
          "unique",
          "check",
          "collate",
          "default",
          "references",
          "generated always as identity",
        )
      ) {
        case "not null":
          isNotNull = true;
          break;
        case "primary key":
          isNotNull = true;
          this.#key([name], true);
          break;
        case "unique":
          this.#key([name], false);
          break;
        case "check":
          this.#check();
          break;
        case "collate":
          tokens.name();
          break;
        case "default":
          defaultValue = parseExpression(tokens);
          break;
        case "references":
          this.#reference([name]);
          break;
        case "generated always as identity":
          isNotNull = true;
          isIdentity = true;
          break;
        case undefined:
          this.#columns.push({ name, type, isNotNull, isIdentity, defaultValue });
          return;
      }
    }
  }

  #key(columns: readonly string[], isPrimary: boolean): void {
    this.#keys.push({ columns, where: undefined, isPrimary });
  }

  #check(): void {
    this.#checks.push(this.#tokens.inParentheses(() => parseExpression(this.#tokens)));
  }

  #reference(columns: readonly string[]): void {
    const parent = this.#tokens.name();
    const parentColumns = this.#tokens.seesSign("(") ? this.#tokens.names() : [];
    const cascades = this.#tokens.takes("on", "delete", "cascade");
    this.#foreignKeys.push({ columns, parent, parentColumns, cascades });
  }
}
