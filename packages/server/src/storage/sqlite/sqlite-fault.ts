import { CodedError } from "../../base/coded-error.ts";
import { Defect } from "../../base/invariant.ts";

/** Primary result codes of SQLite (https://www.sqlite.org/rescode.html), the ones told apart. */
const CODE = {
  perm: 3,
  busy: 5,
  locked: 6,
  readonly: 8,
  ioerr: 10,
  corrupt: 11,
  full: 13,
  cantopen: 14,
  protocol: 15,
  notadb: 26,
} as const;

const BUSY: readonly number[] = [CODE.busy, CODE.locked, CODE.protocol];

const UNAVAILABLE: ReadonlyMap<number, string> = new Map([
  [CODE.perm, "The database file cannot be opened with these permissions."],
  [CODE.readonly, "The database file cannot be written."],
  [CODE.ioerr, "The disk reports an error."],
  [CODE.corrupt, "The database file is damaged; restore it from a copy."],
  [CODE.full, "The disk is full."],
  [CODE.cantopen, "The database file cannot be opened."],
]);

/** The primary result code of an error of `node:sqlite`; undefined for any other error. */
function resultCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !("errcode" in error) || typeof error.errcode !== "number") {
    return undefined;
  }
  return error.errcode & 0xff; // The extended codes carry the primary one in their low byte.
}

/** Whether another connection held a lock, so that the statement did nothing. */
export function isBusy(error: unknown): boolean {
  const code = resultCode(error);
  return code !== undefined && BUSY.includes(code);
}

/**
 * The coded error for a statement that failed; anything that is not SQLite's comes back as it is.
 * A statement that SQLite itself refuses (a broken check, key or reference) is a defect.
 */
export function sqliteFault(error: unknown): unknown {
  const code = resultCode(error);
  if (code === undefined) {
    return error;
  }
  if (BUSY.includes(code)) {
    return new CodedError("database-locked", { cause: error });
  }
  if (code === CODE.notadb) {
    return new CodedError("schema-unknown", {
      detail: "The file is not an SQLite database.",
      cause: error,
    });
  }
  const detail = UNAVAILABLE.get(code);
  return detail === undefined
    ? new Defect(`SQLite refused a statement (result code ${String(code)})`)
    : new CodedError("database-unavailable", { detail, cause: error });
}

/**
 * The same for a commit. After an error of the disk the commit may be found in the log by the next
 * process that opens the file, so nobody knows whether it was made.
 */
export function sqliteCommitFault(error: unknown): unknown {
  return resultCode(error) === CODE.ioerr
    ? new CodedError("outcome-unknown", { cause: error })
    : sqliteFault(error);
}
