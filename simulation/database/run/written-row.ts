import type { Assignment, SqlValue, UniqueKey } from "../sql/syntax.ts";
import { SqlError } from "../sql-error.ts";
import type { Steps } from "../tables/locks.ts";
import type { Table } from "../tables/table.ts";
import type { Source, StatementContext } from "./context.ts";
import { evaluate, valueAt } from "./evaluate.ts";
import { asSource, holderOf } from "./unique-keys.ts";
import { isSameValue, valueAs } from "./values.ts";

/** What a change wrote, or deleted. */
export interface Changed {
  readonly table: Table;
  readonly sources: readonly Source[];
}

/** Throws 23502 and 23514. A check that is unknown passes. */
export function refuseInvalid(
  context: StatementContext,
  table: Table,
  values: readonly SqlValue[],
): void {
  for (const [index, { name, isNotNull }] of table.columns.entries()) {
    if (isNotNull && values[index] === null) {
      throw new SqlError("23502", `null in column "${name}" of "${table.name}"`);
    }
  }
  const source = asSource(context, table, table.name, values);
  for (const check of table.checks) {
    if (evaluate(context, check, [source]) === false) {
      throw new SqlError("23514", `a row of "${table.name}" breaks a check`);
    }
  }
}

/** The values an update gives; computed before any wait for the row. */
export function assigned(
  context: StatementContext,
  { table, version, ...rest }: Source,
  assignments: readonly Assignment[],
  sources: readonly Source[],
): readonly SqlValue[] {
  const current = { table, version, ...rest };
  const values = table.columns.map((_, at) => valueAt(current, at));
  for (const { column, expression } of assignments) {
    const position = table.position(column);
    const type = position === undefined ? undefined : table.columns[position]?.type;
    if (position === undefined || type === undefined) {
      throw new SqlError("42703", `column "${column}" of "${table.name}" does not exist`);
    }
    values[position] = valueAs(type, evaluate(context, expression, sources));
  }
  return values;
}

/** Writes a new version of a row whose lock is held. */
export function* replaceRow(
  context: StatementContext,
  source: Source,
  assignments: readonly Assignment[],
  sources: readonly Source[],
): Steps<Source> {
  return yield* writeVersion(context, source, assigned(context, source, assignments, sources));
}

export function* writeVersion(
  context: StatementContext,
  source: Source,
  values: readonly SqlValue[],
): Steps<Source> {
  const { table, row, version } = source;
  const { transaction } = context;
  refuseInvalid(context, table, values);
  for (const key of table.keys) {
    const isConcerned = key.where !== undefined || changesKey(source, key, values);
    if (isConcerned && (yield* holderOf(context, table, key, values, row)) !== undefined) {
      throw new SqlError("23505", `duplicate key in "${table.name}" (${key.columns.join(", ")})`);
    }
  }
  row.end(version, transaction);
  return { ...source, version: row.add(values, transaction) };
}

function changesKey(
  { table, version }: Source,
  { columns }: UniqueKey,
  values: readonly SqlValue[],
): boolean {
  return columns.some((column) => {
    const position = table.position(column) ?? -1;
    return !isSameValue(values[position] ?? null, version.values[position] ?? null);
  });
}
