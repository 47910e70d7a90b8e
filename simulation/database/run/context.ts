import type { Select, SqlValue } from "../sql/syntax.ts";
import type { Catalog } from "../tables/catalog.ts";
import type { RowLock, Steps } from "../tables/locks.ts";
import type { Row, Table, Version } from "../tables/table.ts";
import type { Snapshot, Transaction } from "../tables/transaction.ts";
import type { ServerFacts } from "./functions.ts";

/** One row of one table in a row of a query. */
export interface Source {
  readonly alias: string;
  readonly table: Table;
  readonly row: Row;
  readonly version: Version;
}

export interface Output {
  readonly names: readonly string[];
  readonly rows: readonly (readonly SqlValue[])[];
}

/** Everything a statement works with. The snapshot is of its beginning. */
export interface StatementContext {
  readonly catalog: Catalog;
  readonly transaction: Transaction;
  readonly snapshot: Snapshot;
  readonly parameters: readonly SqlValue[];
  readonly facts: ServerFacts;
  /** What queries inside the statement gave, or that they refer to the rows around them. */
  readonly answered: Map<Select, Output | "refers">;
  readonly advisoryLock: (key: bigint) => RowLock;
  /** Runs a query inside the statement, with its snapshot. */
  readonly runQuery: (
    context: StatementContext,
    query: Select,
    outer: readonly Source[],
  ) => Steps<Output>;
}

/** A snapshot of now, which the checks of references take when the statement has written. */
export function freshSnapshot({ catalog, transaction }: StatementContext): Snapshot {
  transaction.command += 1;
  return { transaction, command: transaction.command, committedUpTo: catalog.commits };
}
