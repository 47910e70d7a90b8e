import { ERRORS, type ErrorCode } from "@chatelaine/protocol";

export interface CodedErrorDetails {
  /** What happened and what to do; shown to the caller. Never a secret, SQL, or foreign id. */
  readonly detail?: string;
  /** For the log only. */
  readonly internal?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** A failure the caller can meet; its code stands in the error table of `protocol`. */
export class CodedError extends Error {
  readonly code: ErrorCode;
  readonly detail: string | undefined;
  readonly internal: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, details: CodedErrorDetails = {}) {
    super(
      details.detail ?? ERRORS[code].title,
      details.cause === undefined ? undefined : { cause: details.cause },
    );
    this.name = "CodedError";
    this.code = code;
    this.detail = details.detail;
    this.internal = details.internal ?? {};
  }
}

export function isCoded(error: unknown, ...codes: readonly ErrorCode[]): error is CodedError {
  return error instanceof CodedError && (codes.length === 0 || codes.includes(error.code));
}
