import type { FastifyInstance, FastifyReply } from "fastify";
import { PROBLEM_MEDIA_TYPE, type ErrorCode, type Problem } from "@chatelaine/protocol";
import { CodedError, isCoded } from "../base/coded-error.ts";
import type { Logger } from "../platform/logger.ts";
import { problemFor } from "./problem.ts";

const FRAMES_MAX = 8;
/** How soon it may be different, in seconds. */
const RETRY_AFTER_S: Partial<Record<ErrorCode, number>> = {
  "master-secret-server-unavailable": 2,
  "master-secret-unavailable": 2,
  "master-secret-version-unknown": 1,
  "database-unavailable": 2,
  "database-locked": 2,
  "outcome-unknown": 2,
  "audit-unavailable": 5,
};

/** Every failure leaves as a problem document, also of paths that no route has. */
export function answerFailures(app: FastifyInstance, logger: Logger): void {
  app.setNotFoundHandler(() => {
    throw new CodedError("not-found");
  });
  app.setErrorHandler(async (error, request, reply) => {
    const { problem } = describeFailure(logger, error, request.id);
    return await sendProblem(reply, problem);
  });
}

/** The problem to answer with; what is ours to mend is logged. */
export function describeFailure(
  logger: Logger,
  error: unknown,
  requestId: string,
): { readonly code: ErrorCode; readonly problem: Problem } {
  const coded = asCoded(error);
  const problem = problemFor(coded, requestId);
  if (problem.status >= 500) {
    const internal = isCoded(coded) ? coded.internal : {};
    logger.log(problem.code === "internal" ? "error" : "warn", "request.failed", {
      requestId,
      code: problem.code,
      ...internal,
      ...(problem.code === "internal" && { error: describeDefect(error) }),
    });
  }
  return { code: problem.code, problem };
}

export function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  reply.status(problem.status).type(PROBLEM_MEDIA_TYPE).header("cache-control", "no-store");
  if (problem.status === 401) {
    reply.header("www-authenticate", 'Bearer realm="chatelaine"'); // RFC 9110, 11.6.1
  }
  const retryAfterS = RETRY_AFTER_S[problem.code];
  if (retryAfterS !== undefined) {
    reply.header("retry-after", String(retryAfterS)); // RFC 9110, 10.2.3
  }
  return reply.send(problem);
}

/** Fastify's own refusals, in our codes. */
function asCoded(error: unknown): unknown {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  switch (code) {
    case "FST_ERR_CTP_BODY_TOO_LARGE":
      return new CodedError("body-too-large", { cause: error });
    case "FST_ERR_CTP_INVALID_MEDIA_TYPE":
      return new CodedError("media-type-unsupported", { cause: error });
    case "FST_ERR_BAD_URL":
    case "FST_ERR_MAX_PARAM_LENGTH":
      return new CodedError("request-invalid", { detail: "the path is malformed", cause: error });
    case "FST_ERR_CTP_EMPTY_JSON_BODY":
    case "FST_ERR_CTP_INVALID_JSON_BODY":
    case "FST_ERR_CTP_INVALID_CONTENT_LENGTH":
      return new CodedError("request-invalid", { detail: "the body is not JSON", cause: error });
    default:
      return error instanceof SyntaxError
        ? new CodedError("request-invalid", { detail: "the body is not JSON", cause: error })
        : error;
  }
}

/** A defect's place, without its message: messages of foreign code may quote what they were given. */
function describeDefect(error: unknown): string {
  if (!(error instanceof Error)) {
    return typeof error;
  }
  const frames = (error.stack ?? "").split("\n").filter((line) => line.startsWith("    at "));
  return [error.name, ...frames.slice(0, FRAMES_MAX)].join("\n");
}
