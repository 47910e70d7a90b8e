import { ExpressionParser } from "./parse-expression.ts";
import type {
  Assignment,
  Change,
  Expression,
  Insert,
  LockClause,
  OnConflict,
  OrderItem,
  Select,
  SelectItem,
  TableReference,
} from "./syntax.ts";
import type { TokenReader } from "./token-reader.ts";

export function parseExpression(tokens: TokenReader): Expression {
  return new ExpressionParser(tokens, parseSelect).parse();
}

/** A query; the word `select` has not been taken yet. */
export function parseSelect(tokens: TokenReader): Select {
  tokens.expect("select");
  const items = tokens.list(() => selectItem(tokens));
  const { from, on } = tokens.takes("from") ? parseFrom(tokens) : { from: [], on: [] };
  const conditions = tokens.takes("where") ? [...on, parseExpression(tokens)] : on;
  return {
    kind: "select",
    items,
    from,
    where: conditions.length === 0 ? undefined : conditions.reduce(both),
    orderBy: tokens.takes("order", "by") ? orderItems(tokens) : [],
    ...bounds(tokens),
    locks: lockClauses(tokens),
  };
}

function both(left: Expression, right: Expression): Expression {
  return { kind: "binary", operator: "and", left, right };
}

/** Inner joins are crossed tables with one more condition. */
function parseFrom(tokens: TokenReader): {
  readonly from: readonly TableReference[];
  readonly on: readonly Expression[];
} {
  const from = [tableReference(tokens)];
  const on: Expression[] = [];
  for (;;) {
    if (tokens.takesSign(",") !== undefined) {
      from.push(tableReference(tokens));
    } else if (tokens.takes("cross", "join")) {
      from.push(tableReference(tokens));
    } else if (tokens.takesOne("inner join", "join") !== undefined) {
      from.push(tableReference(tokens));
      tokens.expect("on");
      on.push(parseExpression(tokens));
    } else {
      return { from, on };
    }
  }
}

const AFTER_A_TABLE = [
  ...["where", "order", "limit", "for", "inner", "cross", "join", "on", "set", "returning"],
];

function tableReference(tokens: TokenReader): TableReference {
  if (tokens.seesSign("(")) {
    const query = tokens.inParentheses(() => parseSelect(tokens));
    tokens.expect("as");
    const alias = tokens.name();
    return { table: alias, alias, derived: { kind: "query", query } };
  }
  const table = tokens.name();
  if (table === "jsonb_array_elements") {
    const array = tokens.inParentheses(() => parseExpression(tokens));
    tokens.expect("as");
    const alias = tokens.name();
    const [column = "value"] = tokens.names();
    return { table, alias, derived: { kind: "elements", array, column } };
  }
  const derived = tokens.named.get(table);
  if (derived !== undefined) {
    return { table, alias: table, derived };
  }
  const next = tokens.peek();
  const isAlias = next.kind === "word" && (next.isQuoted || !AFTER_A_TABLE.includes(next.text));
  if (!isAlias) {
    return { table, alias: table };
  }
  tokens.takes("as");
  return { table, alias: tokens.name() };
}

function selectItem(tokens: TokenReader): SelectItem {
  if (tokens.takesSign("*") !== undefined) {
    return { expression: undefined, name: "*" };
  }
  const expression = parseExpression(tokens);
  return { expression, name: tokens.takes("as") ? tokens.name() : nameOf(expression) };
}

function nameOf(expression: Expression): string {
  return expression.kind === "column" || expression.kind === "call" ? expression.name : "?column?";
}

function orderItems(tokens: TokenReader): readonly OrderItem[] {
  return new ExpressionParser(tokens, parseSelect).orderItems();
}

function bounds(tokens: TokenReader): Pick<Select, "limit" | "offset"> {
  return {
    limit: tokens.takes("limit") ? parseExpression(tokens) : undefined,
    offset: tokens.takes("offset") ? parseExpression(tokens) : undefined,
  };
}

function lockClauses(tokens: TokenReader): readonly LockClause[] {
  const clauses: LockClause[] = [];
  while (tokens.takes("for")) {
    const mode = tokens.takesOne("no key update", "key share", "update", "share") ?? tokens.fail();
    const of = tokens.takes("of") ? tokens.list(() => tokens.name()) : undefined;
    clauses.push({ mode, of, skipsLocked: tokens.takes("skip", "locked") });
  }
  return clauses;
}

/**
 * `with NAME (COLUMNS) as (values …)` or `with NAME as (select …)` in front of a statement; the
 * word has been taken.
 */
export function parseNamed(tokens: TokenReader): void {
  tokens.list(() => {
    const name = tokens.name();
    if (tokens.takes("as")) {
      const query = tokens.inParentheses(() => parseSelect(tokens));
      tokens.named.set(name, { kind: "query", query });
      return;
    }
    const columns = tokens.names();
    tokens.expect("as");
    const rows = tokens.inParentheses(() => {
      tokens.expect("values");
      return valueRows(tokens);
    });
    tokens.named.set(name, { kind: "values", columns, rows });
  });
}

function valueRows(tokens: TokenReader) {
  return tokens.list(() => tokens.inParentheses(() => tokens.list(() => parseExpression(tokens))));
}

/** Undefined if what comes next is no change of rows. */
export function parseChange(tokens: TokenReader): Change | undefined {
  switch (tokens.takesOne("insert into", "update", "delete from")) {
    case "insert into":
      return parseInsert(tokens);
    case "update": {
      const target = tableReference(tokens);
      tokens.expect("set");
      const assignments = tokens.list(() => assignment(tokens));
      return { kind: "update", target, assignments, ...restOfChange(tokens) };
    }
    case "delete from":
      return { kind: "delete", target: tableReference(tokens), ...restOfChange(tokens) };
    case undefined:
      return undefined;
  }
}

function parseInsert(tokens: TokenReader): Insert {
  const table = tokens.name();
  const columns = tokens.seesSign("(") ? tokens.names() : [];
  const source = tokens.takes("values") ? valueRows(tokens) : parseSelect(tokens);
  const onConflict = tokens.takes("on", "conflict") ? parseOnConflict(tokens) : undefined;
  return { kind: "insert", table, columns, source, onConflict, returning: returning(tokens) };
}

function parseOnConflict(tokens: TokenReader): OnConflict {
  const columns = tokens.seesSign("(") ? tokens.names() : [];
  if (tokens.takes("where")) {
    parseExpression(tokens); // Which partial key is meant; its columns say so already.
  }
  tokens.expect("do");
  if (tokens.takes("nothing")) {
    return { columns, assignments: undefined };
  }
  tokens.expect("update", "set");
  return { columns, assignments: tokens.list(() => assignment(tokens)) };
}

function restOfChange(tokens: TokenReader) {
  const where = tokens.takes("where") ? parseExpression(tokens) : undefined;
  return { where, returning: returning(tokens) };
}

function returning(tokens: TokenReader): readonly SelectItem[] | undefined {
  return tokens.takes("returning") ? tokens.list(() => selectItem(tokens)) : undefined;
}

function assignment(tokens: TokenReader): Assignment {
  const column = tokens.name();
  tokens.expectSign("=");
  return { column, expression: parseExpression(tokens) };
}
