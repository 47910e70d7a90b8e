import { isCoded, type CodedError } from "../../base/coded-error.ts";

/** Whether the request failed because the database cannot be used now, whatever was asked of it. */
export function isDatabaseAway(error: unknown): error is CodedError {
  return isCoded(error, "database-unavailable", "database-locked");
}
