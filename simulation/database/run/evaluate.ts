import type { Expression, Select, SqlValue } from "../sql/syntax.ts";
import { SqlError, unsupported } from "../sql-error.ts";
import type { Output, Source, StatementContext } from "./context.ts";
import { calculate, callFunction } from "./functions.ts";
import { compareValues, isSameValue, textOf, valueAs } from "./values.ts";

const COMPARISONS: Readonly<Record<string, (order: number) => boolean>> = {
  "=": (order) => order === 0,
  "!=": (order) => order !== 0,
  "<": (order) => order < 0,
  ">": (order) => order > 0,
  "<=": (order) => order <= 0,
  ">=": (order) => order >= 0,
};

/** The value of an expression; `sources` are the rows its columns are of. */
export function evaluate(
  context: StatementContext,
  expression: Expression,
  sources: readonly Source[],
): SqlValue {
  switch (expression.kind) {
    case "literal":
      return expression.value;
    case "parameter":
      return context.parameters[expression.index] ?? null;
    case "column":
      return columnValue(expression.table, expression.name, sources);
    case "binary":
      return binary(context, expression, sources);
    case "not": {
      const value = evaluate(context, expression.operand, sources);
      return value === null ? null : value !== true;
    }
    case "is-null":
      return (evaluate(context, expression.operand, sources) === null) !== expression.isNegated;
    case "in-list": {
      const value = evaluate(context, expression.operand, sources);
      const items = expression.items.map((item) => [evaluate(context, item, sources)]);
      return isIn([value], items, expression.isNegated);
    }
    case "in-query": {
      const values = expression.operands.map((operand) => evaluate(context, operand, sources));
      const { rows } = runInside(context, expression.query, sources);
      return isIn(values, rows, expression.isNegated);
    }
    case "exists":
      return runInside(context, expression.query, sources).rows.length > 0;
    case "scalar-query":
      return runInside(context, expression.query, sources).rows[0]?.[0] ?? null;
    case "call":
      return callFunction(
        expression.name,
        context.facts,
        expression.args.map((arg) => evaluate(context, arg, sources)),
      );
    case "row-number":
      throw unsupported("row_number() but as an item of a query");
    case "cast":
      return cast(expression.type, evaluate(context, expression.operand, sources));
  }
}

/** Whether a condition holds; unknown is not enough. */
export function holds(
  context: StatementContext,
  condition: Expression | undefined,
  sources: readonly Source[],
): boolean {
  return condition === undefined || evaluate(context, condition, sources) === true;
}

/** The value of a column of a version, also of a column that was added after it was written. */
export function valueAt({ table, version }: Source, position: number): SqlValue {
  const value = version.values[position];
  if (value !== undefined) {
    return value;
  }
  const missing = table.columns[position]?.defaultValue;
  return missing?.kind === "literal" ? missing.value : null;
}

function columnValue(
  table: string | undefined,
  name: string,
  sources: readonly Source[],
): SqlValue {
  for (const source of sources) {
    const position =
      table === undefined || table === source.alias ? source.table.position(name) : undefined;
    if (position !== undefined) {
      return valueAt(source, position);
    }
  }
  throw new SqlError("42703", `column "${name}" does not exist`);
}

function binary(
  context: StatementContext,
  { operator, left, right }: Expression & { readonly kind: "binary" },
  sources: readonly Source[],
): SqlValue {
  const a = evaluate(context, left, sources);
  if (operator === "and" && a === false) {
    return false;
  }
  if (operator === "or" && a === true) {
    return true;
  }
  const b = evaluate(context, right, sources);
  if (operator === "and" || operator === "or") {
    const decisive = operator === "or";
    return b === decisive ? decisive : a === null || b === null ? null : !decisive;
  }
  const comparison = COMPARISONS[operator];
  if (comparison === undefined) {
    return calculate(operator, a, b);
  }
  if (operator === "=" && a !== null && b !== null) {
    return isSameValue(a, b);
  }
  const order = compareValues(a, b);
  return order === undefined ? null : comparison(order);
}

function isIn(
  values: readonly SqlValue[],
  rows: readonly (readonly SqlValue[])[],
  isNegated: boolean,
): SqlValue {
  const isFound = rows.some((row) =>
    values.every((value, index) => compareValues(value, row[index] ?? null) === 0),
  );
  if (isFound) {
    return !isNegated;
  }
  const isUnknown = values.includes(null) || rows.some((row) => row.includes(null));
  return isUnknown && rows.length > 0 ? null : isNegated;
}

function cast(type: string, value: SqlValue): SqlValue {
  if (type === "jsonb") {
    return value === null ? null : JSON.stringify(JSON.parse(textOf(value)));
  }
  return valueAs(type, value);
}

/**
 * A query inside an expression. One that does not refer to the rows around it is run once for the
 * whole statement. It takes no lock that it would have to wait for.
 */
function runInside(context: StatementContext, query: Select, sources: readonly Source[]): Output {
  const known = context.answered.get(query);
  if (known !== undefined) {
    return known === "refers" ? runNow(context, query, sources) : known;
  }
  try {
    const output = runNow(context, query, []);
    context.answered.set(query, output);
    return output;
  } catch (error) {
    if (!(error instanceof SqlError) || error.state !== "42703") {
      throw error;
    }
    context.answered.set(query, "refers");
    return runNow(context, query, sources);
  }
}

function runNow(context: StatementContext, query: Select, outer: readonly Source[]): Output {
  const step = context.runQuery(context, query, outer).next();
  if (step.done !== true) {
    step.value.abandon();
    throw unsupported("a subquery that waits for a lock");
  }
  return step.value;
}
