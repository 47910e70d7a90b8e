import { ERRORS, type ErrorCode, type Remedy } from "@chatelaine/protocol";

/**
 * A refusal of the node, or `node-unreachable`; `remedy` says what can be done about it, so that no
 * client needs a list of codes.
 *
 * ```ts
 * try {
 *   await client.call("application.show", { params: { application: "Orders" } });
 * } catch (error) {
 *   if (error instanceof ChatelaineError && error.code === "application-not-found") {
 *     console.log("there is none yet");
 *   }
 * }
 * ```
 */
export class ChatelaineError extends Error {
  readonly code: ErrorCode;
  readonly remedy: Remedy;
  /** Finds the request in the log and the audit of the node; undefined if no node answered. */
  readonly requestId: string | undefined;

  constructor(code: ErrorCode, detail: string | undefined, requestId?: string, cause?: unknown) {
    super(detail ?? ERRORS[code].title, cause === undefined ? undefined : { cause });
    this.name = "ChatelaineError";
    this.code = code;
    this.remedy = ERRORS[code].remedy;
    this.requestId = requestId;
  }
}
