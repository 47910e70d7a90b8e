import type { Assignment, Insert, SqlValue, UniqueKey } from "../sql/syntax.ts";
import { SqlError } from "../sql-error.ts";
import type { Steps } from "../tables/locks.ts";
import { Row, type Table } from "../tables/table.ts";
import type { Source, StatementContext } from "./context.ts";
import { evaluate } from "./evaluate.ts";
import { checkReferences } from "./references.ts";
import { asSource, holderOf } from "./unique-keys.ts";
import { valueAs } from "./values.ts";
import { type Changed, replaceRow, refuseInvalid } from "./written-row.ts";

export function* runInsert(context: StatementContext, insert: Insert): Steps<Changed> {
  const table = context.catalog.table(insert.table, context.transaction);
  const columns =
    insert.columns.length > 0 ? insert.columns : table.columns.map(({ name }) => name);
  const written: Source[] = [];
  for (const given of yield* givenRows(context, insert)) {
    const values = completed(context, table, columns, given);
    const source = yield* insertRow(context, table, insert, values);
    if (source !== undefined) {
      written.push(source);
    }
  }
  for (const source of written) {
    yield* checkReferences(context, table, source);
  }
  return { table, sources: written };
}

function* givenRows(
  context: StatementContext,
  { source }: Insert,
): Steps<readonly (readonly SqlValue[])[]> {
  if ("kind" in source) {
    return (yield* context.runQuery(context, source, [])).rows;
  }
  return source.map((row) => row.map((expression) => evaluate(context, expression, [])));
}

function completed(
  context: StatementContext,
  table: Table,
  columns: readonly string[],
  given: readonly SqlValue[],
): readonly SqlValue[] {
  for (const column of columns) {
    if (table.position(column) === undefined) {
      throw new SqlError("42703", `column "${column}" of "${table.name}" does not exist`);
    }
  }
  return table.columns.map(({ name, type, isIdentity, defaultValue }) => {
    const index = columns.indexOf(name);
    if (index !== -1) {
      return valueAs(type, given[index] ?? null);
    }
    if (isIdentity) {
      table.nextIdentity += 1n; // Not given back by a rollback.
      return table.nextIdentity - 1n;
    }
    return defaultValue === undefined ? null : valueAs(type, evaluate(context, defaultValue, []));
  });
}

/** The row as it was inserted, or updated instead; undefined: it is there already. */
function* insertRow(
  context: StatementContext,
  table: Table,
  { onConflict }: Insert,
  values: readonly SqlValue[],
): Steps<Source | undefined> {
  refuseInvalid(context, table, values);
  const { transaction } = context;
  for (const key of table.keys) {
    const holder = yield* holderOf(context, table, key, values, undefined);
    if (holder !== undefined) {
      if (onConflict === undefined || !isArbiter(key, onConflict.columns)) {
        throw new SqlError("23505", `duplicate key in "${table.name}" (${key.columns.join(", ")})`);
      }
      return onConflict.assignments === undefined
        ? undefined
        : yield* updateInstead(context, table, holder, values, onConflict.assignments);
    }
  }
  const row = new Row();
  row.lock.tryTake(transaction, "update");
  const version = row.add(values, transaction);
  table.rows.push(row);
  transaction.onRollback(() => {
    table.rows.splice(table.rows.indexOf(row), 1);
  });
  return { alias: table.name, table, row, version };
}

function isArbiter({ columns }: UniqueKey, wanted: readonly string[]): boolean {
  return (
    wanted.length === 0 ||
    (columns.length === wanted.length && wanted.every((column) => columns.includes(column)))
  );
}

/** `on conflict do update`: the row is locked and taken as it is now, seen or not. */
function* updateInstead(
  context: StatementContext,
  table: Table,
  row: Row,
  values: readonly SqlValue[],
  assignments: readonly Assignment[],
): Steps<Source | undefined> {
  yield* row.lock.take(context.transaction, "no key update");
  const version = row.current(context.transaction);
  if (version === undefined) {
    throw new SqlError("40001", "the conflicting row was deleted while it was waited for");
  }
  const current = { alias: table.name, table, row, version };
  const excluded = asSource(context, table, "excluded", values);
  return yield* replaceRow(context, current, assignments, [current, excluded]);
}
