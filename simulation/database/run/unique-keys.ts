import type { SqlValue, UniqueKey } from "../sql/syntax.ts";
import { type Steps, untilEnded } from "../tables/locks.ts";
import { Row, type Table, type Version } from "../tables/table.ts";
import type { Source, StatementContext } from "./context.ts";
import { holds } from "./evaluate.ts";
import { isSameValue } from "./values.ts";

/**
 * The row that has the same key, whatever the snapshot sees. Whoever is about to write or delete
 * such a row is waited for.
 */
export function* holderOf(
  context: StatementContext,
  table: Table,
  key: UniqueKey,
  values: readonly SqlValue[],
  except: Row | undefined,
): Steps<Row | undefined> {
  if (!isUnderKey(context, table, key, values)) {
    return undefined;
  }
  for (;;) {
    const found = findHolder(context, table, key, values, except);
    if (found === undefined || found.writer === undefined) {
      return found?.row;
    }
    yield* untilEnded(found.writer, context.transaction);
  }
}

interface Holder {
  readonly row: Row;
  /** Who must end before it is known whether the row stays; undefined: it stays. */
  readonly writer: Version["writer"] | undefined;
}

function findHolder(
  context: StatementContext,
  table: Table,
  key: UniqueKey,
  values: readonly SqlValue[],
  except: Row | undefined,
): Holder | undefined {
  const { transaction } = context;
  for (const row of table.rows) {
    for (const version of row === except ? [] : row.versions) {
      const isOver =
        version.ender !== undefined &&
        (version.ender === transaction || version.ender.committedAs !== undefined);
      if (!isOver && isSameKey(context, table, key, values, version)) {
        const isOthers = (writer: Version["ender"]) =>
          writer !== undefined && writer !== transaction && !writer.hasEnded;
        if (isOthers(version.writer)) {
          return { row, writer: version.writer };
        }
        return { row, writer: isOthers(version.ender) ? version.ender : undefined };
      }
    }
  }
  return undefined;
}

function isSameKey(
  context: StatementContext,
  table: Table,
  key: UniqueKey,
  values: readonly SqlValue[],
  version: Version,
): boolean {
  return (
    key.columns.every((column) => {
      const position = table.position(column) ?? -1;
      return isSameValue(values[position] ?? null, version.values[position] ?? null);
    }) && isUnderKey(context, table, key, version.values)
  );
}

function isUnderKey(
  context: StatementContext,
  table: Table,
  { where }: UniqueKey,
  values: readonly SqlValue[],
): boolean {
  return holds(context, where, [asSource(context, table, table.name, values)]);
}

/** Values that are no row yet, for conditions about them. */
export function asSource(
  { transaction }: StatementContext,
  table: Table,
  alias: string,
  values: readonly SqlValue[],
): Source {
  const version = { values, writer: transaction, command: 0, ender: undefined, endCommand: 0 };
  return { alias, table, row: new Row(), version };
}
