import type { ErrorCode, Remedy } from "./errors.ts";

/** An RFC 9457 problem document, the body of every answer that is not 2xx. */
export interface Problem {
  /** `urn:chatelaine:error:CODE`: names the page `docs/errors/CODE.md`. */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: ErrorCode;
  readonly remedy: Remedy;
  /** What happened this time and what to do; safe to show. */
  readonly detail?: string;
  readonly requestId: string;
}

export const PROBLEM_MEDIA_TYPE = "application/problem+json";

export function problemType(code: ErrorCode): string {
  return `urn:chatelaine:error:${code}`;
}
