import type { SelectItem, SqlValue, Statement } from "../sql/syntax.ts";
import { unsupported } from "../sql-error.ts";
import type { Steps } from "../tables/locks.ts";
import { runDelete, runUpdate } from "./change.ts";
import type { Output, StatementContext } from "./context.ts";
import { runDefinition } from "./define.ts";
import { evaluate } from "./evaluate.ts";
import { runInsert } from "./insert.ts";
import { answer, namesOf, runSelect } from "./select.ts";
import { toBigint } from "./values.ts";
import type { Changed } from "./written-row.ts";

/** What a statement did: its rows, and how many it affected. */
export interface StatementResult extends Output {
  readonly command: string;
  readonly count: number | null;
}

/** Runs one statement, but for those that begin and end transactions. */
export function* runStatement(
  context: StatementContext,
  statement: Statement,
): Steps<StatementResult> {
  switch (statement.kind) {
    case "select": {
      const advisory = advisoryKey(context, statement.items);
      if (advisory !== undefined) {
        yield* context.advisoryLock(advisory).take(context.transaction, "update");
        return { command: "SELECT", count: 1, names: ["lock"], rows: [[""]] };
      }
      const output = yield* runSelect(context, statement, []);
      return { ...output, command: "SELECT", count: output.rows.length };
    }
    case "insert":
      return changed(context, "INSERT", yield* runInsert(context, statement), statement.returning);
    case "update":
      return changed(context, "UPDATE", yield* runUpdate(context, statement), statement.returning);
    case "delete":
      return changed(context, "DELETE", yield* runDelete(context, statement), statement.returning);
    case "create-table":
    case "create-key":
    case "add-columns":
    case "rename-column":
    case "drop-table":
    case "nothing":
      runDefinition(context, statement);
      return { command: "CREATE", count: null, names: [], rows: [] };
    case "begin":
    case "set":
    case "commit":
    case "rollback":
      throw unsupported(`${statement.kind} at this place`);
  }
}

function advisoryKey(context: StatementContext, items: readonly SelectItem[]): bigint | undefined {
  const expression = items[0]?.expression;
  if (expression?.kind !== "call" || expression.name !== "pg_advisory_xact_lock") {
    return undefined;
  }
  const [key] = expression.args.map((arg): SqlValue => evaluate(context, arg, []));
  return toBigint(key ?? null);
}

function changed(
  context: StatementContext,
  command: string,
  { table, sources }: Changed,
  returning: readonly SelectItem[] | undefined,
): StatementResult {
  const rows =
    returning === undefined ? [] : sources.map((source) => answer(context, returning, [source]));
  const names = returning === undefined ? [] : namesOf(returning, [table]);
  return { command, count: sources.length, names, rows };
}
