import type { Assignment, Delete, Expression, LockMode, Update } from "../sql/syntax.ts";
import type { Steps } from "../tables/locks.ts";
import type { Row, Table, Version } from "../tables/table.ts";
import type { Source, StatementContext } from "./context.ts";
import { holds } from "./evaluate.ts";
import { checkReferences, referringRows } from "./references.ts";
import { sourcesOf } from "./select.ts";
import { assigned, type Changed, writeVersion } from "./written-row.ts";

/**
 * Updates the rows of the statement's snapshot that match. The new values are computed before the
 * row is waited for, and again if somebody changed it meanwhile; then it has to match again, too.
 */
export function* runUpdate(context: StatementContext, update: Update): Steps<Changed> {
  const { table, alias } = update.target;
  const written: Source[] = [];
  for (const source of sourcesOf(context, table, alias)) {
    if (holds(context, update.where, [source])) {
      const done = yield* updateRow(context, update, source);
      if (done !== undefined) {
        written.push(done);
      }
    }
  }
  for (const source of written) {
    yield* checkReferences(context, source.table, source);
  }
  return { table: context.catalog.table(table, context.transaction), sources: written };
}

function* updateRow(
  context: StatementContext,
  { assignments, where }: Update,
  source: Source,
): Steps<Source | undefined> {
  let values = assigned(context, source, assignments, [source]);
  const current = yield* lockedAnew(context, source, lockModeOf(source.table, assignments), where);
  if (current === undefined) {
    return undefined;
  }
  if (current.version !== source.version) {
    values = assigned(context, current, assignments, [current]);
  }
  return yield* writeVersion(context, current, values);
}

function lockModeOf(table: Table, assignments: readonly Assignment[]): LockMode {
  return assignments.some(({ column }) => table.isKeyColumn(column)) ? "update" : "no key update";
}

/** The row as it is under the lock, if it still matches. */
function* lockedAnew(
  context: StatementContext,
  source: Source,
  mode: LockMode,
  where: Expression | undefined,
): Steps<Source | undefined> {
  yield* source.row.lock.take(context.transaction, mode);
  const version = source.row.current(context.transaction);
  if (version === undefined) {
    return undefined;
  }
  const current = { ...source, version };
  return version === source.version || holds(context, where, [current]) ? current : undefined;
}

export function* runDelete(context: StatementContext, { target, where }: Delete): Steps<Changed> {
  const deleted: Source[] = [];
  for (const source of sourcesOf(context, target.table, target.alias)) {
    if (holds(context, where, [source])) {
      const current = yield* lockedAnew(context, source, "update", where);
      if (current !== undefined) {
        current.row.end(current.version, context.transaction);
        deleted.push(current);
      }
    }
  }
  for (const { table, version } of deleted) {
    yield* deleteReferring(context, table, version);
  }
  const table = context.catalog.table(target.table, context.transaction);
  return { table, sources: deleted };
}

function* deleteReferring(context: StatementContext, parent: Table, version: Version): Steps<void> {
  for (const { table, row } of yield* referringRows(context, parent, version)) {
    const ended = endCurrent(context, row);
    if (ended !== undefined) {
      yield* deleteReferring(context, table, ended);
    }
  }
}

function endCurrent({ transaction }: StatementContext, row: Row): Version | undefined {
  const version = row.current(transaction);
  if (version !== undefined) {
    row.end(version, transaction);
  }
  return version;
}
