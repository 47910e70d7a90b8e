import type {
  Derived,
  LockClause,
  LockMode,
  OrderItem,
  Select,
  SelectItem,
  SqlValue,
  TableReference,
} from "../sql/syntax.ts";
import type { Steps } from "../tables/locks.ts";
import type { Table } from "../tables/table.ts";
import type { Output, Source, StatementContext } from "./context.ts";
import { evaluate, holds, valueAt } from "./evaluate.ts";
import { joined } from "./join.ts";
import { systemTable, temporaryTable } from "./system-tables.ts";
import { compareValues, toNumber } from "./values.ts";

/** Who takes a lock on a source of a row, and how. */
interface LockedSource {
  readonly alias: string;
  readonly mode: LockMode;
  readonly skipsLocked: boolean;
}

/** A row of the query before it is locked, and what it answers. */
interface Candidate {
  readonly sources: readonly Source[];
  readonly values: readonly SqlValue[];
}

/**
 * Runs a query as PostgreSQL does: the rows of the statement's snapshot are filtered, answered and
 * sorted first; then each is locked in turn until the limit is reached. A row that was changed
 * while its lock was waited for is judged and answered anew, with the other tables' rows as they
 * were (READ COMMITTED, "EvalPlanQual"). Whatever was answered before a wait is from before it.
 */
export function* runSelect(
  context: StatementContext,
  query: Select,
  outer: readonly Source[],
): Steps<Output> {
  const made = yield* madeTables(context, query, outer);
  const aggregated = aggregate(context, query, outer, made);
  if (aggregated !== undefined) {
    return aggregated;
  }
  const candidates = sorted(context, query, matching(context, query, outer, made), outer);
  const offset = bound(context, query.offset) ?? 0;
  const limit = bound(context, query.limit) ?? Infinity;
  const rows: (readonly SqlValue[])[] = [];
  let passed = 0;
  for (const candidate of candidates) {
    if (rows.length >= limit) {
      break;
    }
    const locked = yield* lockCandidate(context, query, candidate, outer);
    if (locked !== undefined) {
      passed += 1;
      if (passed > offset) {
        rows.push(locked.values);
      }
    }
  }
  return { names: outputNames(context, query), rows: expanded(query, rows) };
}

function bound(context: StatementContext, expression: Select["limit"]): number | undefined {
  return expression === undefined ? undefined : toNumber(evaluate(context, expression, []));
}

/** Tables that are made for the query it takes rows from; locks in them are waited for. */
type Made = ReadonlyMap<TableReference, Table>;

function* madeTables(
  context: StatementContext,
  { from }: Select,
  outer: readonly Source[],
): Steps<Made> {
  const made = new Map<TableReference, Table>();
  for (const reference of from) {
    if (reference.derived !== undefined) {
      made.set(reference, yield* derivedTable(context, reference.derived, outer));
    }
  }
  return made;
}

function matching(
  context: StatementContext,
  query: Select,
  outer: readonly Source[],
  made: Made,
): readonly Candidate[] {
  let combinations: readonly (readonly Source[])[] = [[]];
  for (const reference of query.from) {
    const { table: name, alias } = reference;
    const table = made.get(reference);
    const sources =
      table === undefined ? sourcesOf(context, name, alias) : rowsOf(table, alias, context);
    combinations = joined(context, combinations, { alias, sources, where: query.where, outer });
  }
  const found = combinations.filter((sources) =>
    holds(context, query.where, [...sources, ...outer]),
  );
  const numbers = rowNumbers(context, query, found);
  return found.map((sources, index) => ({
    sources,
    values: answer(context, query.items, sources, outer, numbers[index]),
  }));
}

/** Of each row its place in its part, for a query that asks for it. */
function rowNumbers(
  context: StatementContext,
  { items }: Select,
  rows: readonly (readonly Source[])[],
): readonly bigint[] {
  const wanted = items.find(({ expression }) => expression?.kind === "row-number")?.expression;
  if (wanted?.kind !== "row-number") {
    return [];
  }
  const { partitionBy, orderBy } = wanted;
  const keyed = rows.map((sources, index) => ({
    index,
    part: partitionBy.map((one) => String(evaluate(context, one, sources))).join("\u0000"),
    keys: orderBy.map(({ expression }) => evaluate(context, expression, sources)),
  }));
  const numbers: bigint[] = [];
  const counts = new Map<string, bigint>();
  for (const { index, part } of keyed.toSorted((a, b) => compareKeys(orderBy, a.keys, b.keys))) {
    const number = (counts.get(part) ?? 0n) + 1n;
    counts.set(part, number);
    numbers[index] = number;
  }
  return numbers;
}

function* derivedTable(
  context: StatementContext,
  derived: Derived,
  outer: readonly Source[],
): Steps<Table> {
  switch (derived.kind) {
    case "elements": {
      const json: unknown = JSON.parse(String(evaluate(context, derived.array, outer)));
      const elements = Array.isArray(json) ? json.map((one) => [JSON.stringify(one)]) : [];
      return temporaryTable([derived.column], elements, context);
    }
    case "query": {
      const { names, rows } = yield* runSelect(context, derived.query, outer);
      return temporaryTable(names, rows, context);
    }
    case "values": {
      const rows = derived.rows.map((row) => row.map((one) => evaluate(context, one, outer)));
      return temporaryTable(derived.columns, rows, context);
    }
  }
}

function rowsOf(table: Table, alias: string, context: StatementContext): readonly Source[] {
  return table.rows.flatMap((row) => {
    const version = row.visibleTo(context.snapshot);
    return version === undefined ? [] : [{ alias, table, row, version }];
  });
}

/** The rows of a table that the statement sees. */
export function sourcesOf(
  context: StatementContext,
  name: string,
  alias: string,
): readonly Source[] {
  const table = tableOf(context, name);
  const sources: Source[] = [];
  for (const row of table.rows) {
    const version = row.visibleTo(context.snapshot);
    if (version !== undefined) {
      sources.push({ alias, table, row, version });
    }
  }
  return sources;
}

function tableOf(context: StatementContext, name: string): Table {
  return systemTable(name, context) ?? context.catalog.table(name, context.transaction);
}

export function answer(
  context: StatementContext,
  items: readonly SelectItem[],
  sources: readonly Source[],
  outer: readonly Source[] = [],
  rowNumber?: bigint,
): readonly SqlValue[] {
  return items.flatMap(({ expression }) => {
    if (expression === undefined) {
      return sources.flatMap((source) => source.table.columns.map((_, at) => valueAt(source, at)));
    }
    return expression.kind === "row-number"
      ? [rowNumber ?? null]
      : [answerOne(context, expression, [...sources, ...outer])];
  });
}

const SET_FUNCTION = "jsonb_array_elements_text";

function answerOne(
  context: StatementContext,
  expression: NonNullable<SelectItem["expression"]>,
  sources: readonly Source[],
): SqlValue {
  const [argument] = isSet(expression) ? expression.args : [];
  return evaluate(context, argument ?? expression, sources);
}

function isSet(expression: SelectItem["expression"]): expression is {
  readonly kind: "call";
  readonly name: string;
  readonly args: readonly NonNullable<SelectItem["expression"]>[];
} {
  return expression?.kind === "call" && expression.name === SET_FUNCTION;
}

/** A function that gives many rows, as the only item of a query. */
function expanded(
  query: Select,
  rows: readonly (readonly SqlValue[])[],
): readonly (readonly SqlValue[])[] {
  if (!isSet(query.items[0]?.expression)) {
    return rows;
  }
  return rows.flatMap(([json]) => {
    const items: unknown = JSON.parse(String(json));
    return Array.isArray(items) ? items.map((item) => [String(item)]) : [];
  });
}

export function namesOf(items: readonly SelectItem[], tables: readonly Table[]): readonly string[] {
  return items.flatMap(({ expression, name }) =>
    expression === undefined ? tables.flatMap(({ columns }) => columns.map((c) => c.name)) : [name],
  );
}

function outputNames(context: StatementContext, query: Select): readonly string[] {
  return namesOf(
    query.items,
    query.from.flatMap(({ table, derived }) =>
      derived === undefined ? [tableOf(context, table)] : [],
    ),
  );
}

function sorted(
  context: StatementContext,
  { orderBy }: Select,
  candidates: readonly Candidate[],
  outer: readonly Source[],
): readonly Candidate[] {
  if (orderBy.length === 0) {
    return candidates;
  }
  const keyed = candidates.map((candidate) => ({
    candidate,
    keys: orderBy.map(({ expression }) =>
      evaluate(context, expression, [...candidate.sources, ...outer]),
    ),
  }));
  keyed.sort((a, b) => compareKeys(orderBy, a.keys, b.keys));
  return keyed.map(({ candidate }) => candidate);
}

function compareKeys(
  orderBy: readonly OrderItem[],
  a: readonly SqlValue[],
  b: readonly SqlValue[],
): number {
  for (const [index, { isDescending }] of orderBy.entries()) {
    const order = nullsLast(a[index] ?? null, b[index] ?? null);
    if (order !== 0) {
      return isDescending ? -order : order;
    }
  }
  return 0;
}

function nullsLast(a: SqlValue, b: SqlValue): number {
  return compareValues(a, b) ?? Number(a === null) - Number(b === null);
}

const AGGREGATES: Readonly<Record<string, (values: readonly SqlValue[]) => SqlValue>> = {
  count: (values) => BigInt(values.length),
  max: (values) =>
    values.reduce<SqlValue>((a, b) => ((compareValues(a, b) ?? -1) < 0 ? b : a), null),
  min: (values) =>
    values.reduce<SqlValue>((a, b) => ((compareValues(a, b) ?? 1) > 0 ? b : a), null),
};

/** Undefined if the query is not over all its rows at once. */
function aggregate(
  context: StatementContext,
  query: Select,
  outer: readonly Source[],
  made: Made,
): Output | undefined {
  const calls = query.items.map(({ expression }) =>
    expression?.kind === "call" && Object.hasOwn(AGGREGATES, expression.name)
      ? expression
      : undefined,
  );
  if (calls.every((call) => call === undefined)) {
    return undefined;
  }
  const rows = matching(context, { ...query, items: [] }, outer, made);
  const values = calls.map((call) => {
    const [argument] = call?.args ?? [];
    const each = rows.map(({ sources }) =>
      argument === undefined ? 1n : evaluate(context, argument, sources),
    );
    return AGGREGATES[call?.name ?? ""]?.(each.filter((value) => value !== null)) ?? null;
  });
  return { names: query.items.map(({ name }) => name), rows: [values] };
}

/** The row under its locks; undefined if it is no longer one of the query, or is skipped. */
function* lockCandidate(
  context: StatementContext,
  query: Select,
  candidate: Candidate,
  outer: readonly Source[],
): Steps<Candidate | undefined> {
  let { sources } = candidate;
  let isChanged = false;
  for (const { alias, mode, skipsLocked } of lockedSources(query)) {
    const index = sources.findIndex((source) => source.alias === alias);
    const source = sources[index];
    if (source !== undefined) {
      const { transaction } = context;
      if (skipsLocked && !source.row.lock.tryTake(transaction, mode)) {
        return undefined;
      }
      yield* source.row.lock.take(transaction, mode);
      const version = source.row.current(transaction);
      if (version === undefined) {
        return undefined;
      }
      isChanged ||= version !== source.version;
      sources = sources.with(index, { ...source, version });
    }
  }
  if (!isChanged) {
    return candidate;
  }
  return holds(context, query.where, [...sources, ...outer])
    ? { sources, values: answer(context, query.items, sources, outer) }
    : undefined;
}

function lockedSources({ locks, from }: Select): readonly LockedSource[] {
  return locks.flatMap(({ mode, of, skipsLocked }: LockClause) =>
    (of ?? from.map(({ alias }) => alias)).map((alias) => ({ alias, mode, skipsLocked })),
  );
}
