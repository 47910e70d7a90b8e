import type { ColumnDefinition, Definition, Definitions } from "../sql/syntax.ts";
import { SqlError } from "../sql-error.ts";
import type { Table } from "../tables/table.ts";
import type { StatementContext } from "./context.ts";

/** Makes and alters tables. Only making is undone by a rollback. */
export function runDefinition(
  { catalog, transaction }: StatementContext,
  definition: Definition,
): void {
  switch (definition.kind) {
    case "create-table":
      extend(catalog.create(definition.table, transaction), definition.definitions);
      return;
    case "create-key":
      catalog.table(definition.table, transaction).keys.push(definition.key);
      return;
    case "add-columns":
      extend(catalog.table(definition.table, transaction), definition.definitions);
      return;
    case "rename-column":
      rename(catalog.table(definition.table, transaction), definition);
      return;
    case "drop-table":
      catalog.table(definition.table, transaction);
      catalog.drop(definition.table);
      return;
    case "nothing":
  }
}

function extend(table: Table, { columns, checks, keys, foreignKeys }: Definitions): void {
  const primary = keys.filter(({ isPrimary }) => isPrimary).flatMap((key) => key.columns);
  for (const column of columns) {
    table.addColumn(withKey(column, primary));
  }
  table.checks.push(...checks);
  table.keys.push(...keys);
  table.foreignKeys.push(...foreignKeys);
}

function withKey(column: ColumnDefinition, primary: readonly string[]): ColumnDefinition {
  return primary.includes(column.name) ? { ...column, isNotNull: true } : column;
}

/** Throws 42703. Constraints go on naming the column by its former name, and cease to apply. */
function rename(table: Table, { from, to }: { readonly from: string; readonly to: string }): void {
  if (table.position(from) === undefined) {
    throw new SqlError("42703", `column "${from}" of "${table.name}" does not exist`);
  }
  table.renameColumn(from, to);
  table.checks.length = 0;
}
