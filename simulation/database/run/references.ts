import type { ForeignKey, SqlValue } from "../sql/syntax.ts";
import { SqlError } from "../sql-error.ts";
import type { Steps } from "../tables/locks.ts";
import type { Row, Table, Version } from "../tables/table.ts";
import { freshSnapshot, type Source, type StatementContext } from "./context.ts";
import { isSameValue } from "./values.ts";

/**
 * Checks that every reference of a written row leads somewhere, with a snapshot of its own, and
 * keeps it from being deleted (`for key share`). What the row referred to before, in a version of
 * another transaction, is not looked at again. Throws 23503.
 */
export function* checkReferences(
  context: StatementContext,
  table: Table,
  { version, row }: Pick<Source, "row" | "version">,
): Steps<void> {
  const former = row.versions[row.versions.indexOf(version) - 1];
  for (const key of table.foreignKeys) {
    const values = valuesOf(table, version, key.columns);
    const isUnchanged =
      former !== undefined &&
      former.writer !== context.transaction &&
      hasValues(table, former, key.columns, values);
    if (!isUnchanged && !values.includes(null)) {
      const parent = context.catalog.table(key.parent, context.transaction);
      if (!(yield* lockReferred(context, parent, columnsOf(parent, key), values))) {
        throw new SqlError("23503", `"${table.name}" refers to what is not in "${parent.name}"`);
      }
    }
  }
}

function* lockReferred(
  context: StatementContext,
  parent: Table,
  columns: readonly string[],
  values: readonly SqlValue[],
): Steps<boolean> {
  const snapshot = freshSnapshot(context);
  for (const row of parent.rows) {
    const seen = row.visibleTo(snapshot);
    if (seen !== undefined && hasValues(parent, seen, columns, values)) {
      yield* row.lock.take(context.transaction, "key share");
      const current = row.current(context.transaction);
      if (current !== undefined && hasValues(parent, current, columns, values)) {
        return true;
      }
    }
  }
  return false;
}

/** Rows of other tables that refer to a deleted row, and whether they go with it. Throws 23503. */
export function* referringRows(
  context: StatementContext,
  parent: Table,
  deleted: Version,
): Steps<readonly { readonly table: Table; readonly row: Row }[]> {
  const cascaded: { table: Table; row: Row }[] = [];
  for (const { child, key } of context.catalog.references(parent)) {
    const values = valuesOf(parent, deleted, columnsOf(parent, key));
    const snapshot = freshSnapshot(context);
    for (const row of child.rows) {
      const seen = row.visibleTo(snapshot);
      if (seen !== undefined && hasValues(child, seen, key.columns, values)) {
        yield* row.lock.take(context.transaction, key.cascades ? "update" : "key share");
        const current = row.current(context.transaction);
        if (current !== undefined && hasValues(child, current, key.columns, values)) {
          if (!key.cascades) {
            throw new SqlError("23503", `"${child.name}" still refers to "${parent.name}"`);
          }
          cascaded.push({ table: child, row });
        }
      }
    }
  }
  return cascaded;
}

function columnsOf(parent: Table, key: ForeignKey): readonly string[] {
  return key.parentColumns.length > 0 ? key.parentColumns : parent.primaryKey;
}

function valuesOf(table: Table, version: Version, columns: readonly string[]): readonly SqlValue[] {
  return columns.map((column) => version.values[table.position(column) ?? -1] ?? null);
}

export function hasValues(
  table: Table,
  version: Version,
  columns: readonly string[],
  values: readonly SqlValue[],
): boolean {
  return valuesOf(table, version, columns).every((value, index) =>
    isSameValue(value, values[index] ?? null),
  );
}
