import postgres from "postgres";
import { CodedError } from "../../base/coded-error.ts";
import { Defect } from "../../base/invariant.ts";

/**
 * SQLSTATE classes and codes after which the same request may succeed later, with what to tell
 * the operator (PostgreSQL documentation, appendix A). The longest prefix decides.
 */
const UNAVAILABLE: readonly (readonly [prefix: string, detail: string])[] = [
  ["08", "The connection to the database was lost."],
  ["25006", "The database server is read-only; it may be a standby."],
  ["25P03", "The database ended a transaction that was idle for too long."],
  ["28", "The database server refuses the user or the password."],
  ["3D000", "The database server has no database of that name."],
  ["40", "The database gave up one of two transactions that were in each other's way."],
  ["42501", "The database user lacks a permission."],
  ["53", "The database server is out of connections, memory or disk."],
  ["55P03", "Another transaction holds a lock on the row for too long."],
  ["57014", "The database took too long to answer."],
  ["57P", "The database server is shutting down or starting."],
  ["58", "The database server reports an error of its system."],
];

/** States that can come from a commit which other servers, or this one later, may still keep. */
const UNCERTAIN_AFTER_COMMIT = ["08", "57P", "58", "XX"];

/** Errors of the driver that are mistakes of this program. */
const MISUSE: readonly string[] = ["UNDEFINED_VALUE", "NOT_TAGGED_CALL", "MAX_PARAMETERS_EXCEEDED"];

/** The SQLSTATE of an answer of the server; undefined if the error is not an answer. */
export function sqlState(error: unknown): string | undefined {
  return error instanceof postgres.PostgresError ? error.code : undefined;
}

/** Whether the session cannot be used any more. */
export function endsSession(error: unknown): boolean {
  return !(error instanceof postgres.PostgresError) || error.severity !== "ERROR";
}

/** The coded error for a statement that failed. What the server refuses otherwise is a defect. */
export function postgresFault(error: unknown): CodedError | Defect {
  if (error instanceof CodedError || error instanceof Defect) {
    return error;
  }
  const state = sqlState(error);
  if (state === undefined) {
    const code = driverCode(error);
    return MISUSE.includes(code)
      ? new Defect(`a statement was put wrongly: ${code}`)
      : unavailable("The database server cannot be reached.", error);
  }
  const known = UNAVAILABLE.find(([prefix]) => state.startsWith(prefix));
  return known === undefined
    ? new Defect(`PostgreSQL refused a statement (SQLSTATE ${state})`)
    : unavailable(known[1], error);
}

/** The same for a commit: unless the server said that it was not made, nobody knows. */
export function postgresCommitFault(error: unknown): CodedError | Defect {
  const state = sqlState(error);
  return state === undefined || UNCERTAIN_AFTER_COMMIT.some((prefix) => state.startsWith(prefix))
    ? new CodedError("outcome-unknown", { cause: error })
    : postgresFault(error);
}

export function unavailable(detail: string, cause?: unknown): CodedError {
  return new CodedError("database-unavailable", { detail, cause });
}

function driverCode(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
