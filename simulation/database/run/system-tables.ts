import { Row, Table } from "../tables/table.ts";
import { Transaction } from "../tables/transaction.ts";
import type { SqlValue } from "../sql/syntax.ts";
import type { StatementContext } from "./context.ts";

/** The server's own tables, as far as they are asked for; undefined: not one of them. */
export function systemTable(name: string, context: StatementContext): Table | undefined {
  switch (name) {
    case "pg_class":
      return tableOf(
        ["relname", "relnamespace", "relkind"],
        context.catalog.names(context.snapshot).map((table) => [table, "public", "r"]),
        context,
      );
    case "pg_stat_replication":
      return tableOf(["pid"], [], context);
    default:
      return undefined;
  }
}

/** The rows of a query that no table holds, as a table of its own. */
export function temporaryTable(
  columns: readonly string[],
  rows: readonly (readonly SqlValue[])[],
  context: StatementContext,
): Table {
  return tableOf(columns, rows, context);
}

function tableOf(
  columns: readonly string[],
  rows: readonly (readonly SqlValue[])[],
  { catalog }: StatementContext,
): Table {
  const maker = new Transaction();
  const table = new Table("system", maker);
  for (const name of columns) {
    table.addColumn({
      name,
      type: "text",
      isNotNull: false,
      isIdentity: false,
      defaultValue: undefined,
    });
  }
  for (const values of rows) {
    const row = new Row();
    row.add(values, maker);
    table.rows.push(row);
  }
  maker.commit(Math.min(0, catalog.commits));
  return table;
}
