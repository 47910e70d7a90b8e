import { ERRORS, problemType, type ErrorCode, type Problem } from "@chatelaine/protocol";
import { CodedError } from "../base/coded-error.ts";

/**
 * The only place that turns an error into a body (RFC 9457). Anything that is not a `CodedError`
 * shows nothing but `internal` and the request id.
 */
export function problemFor(error: unknown, requestId: string): Problem {
  const code: ErrorCode = error instanceof CodedError ? error.code : "internal";
  const { status, title, remedy } = ERRORS[code];
  const detail = error instanceof CodedError ? error.detail : undefined;
  return {
    type: problemType(code),
    title,
    status,
    code,
    remedy,
    ...(detail !== undefined && { detail }),
    requestId,
  };
}
