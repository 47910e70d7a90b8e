import type { FastifyRequest } from "fastify";
import { PARTS_MEDIA_TYPE, decodeParts, type RouteSpec } from "@chatelaine/protocol";
import { CodedError } from "../base/coded-error.ts";

/** What came with a request, in the form that the route table asks for. */
export interface RequestBody {
  readonly json: unknown;
  readonly parts: readonly Uint8Array[];
}

/** Throws `request-invalid`, which says where and what. */
export function parseBody(request: FastifyRequest, spec: RouteSpec): RequestBody {
  const body = spec.request;
  if (body === undefined) {
    return { json: undefined, parts: [] };
  }
  const [json, parts] =
    body.parts === undefined ? [request.body, []] : splitParts(request.body, body.parts.length);
  if (!request.validateInput(json, body.json)) {
    const [first] = request.getValidationFunction(body.json)?.errors ?? [];
    const where = first?.instancePath === "" ? "the body" : (first?.instancePath ?? "the body");
    throw new CodedError("request-invalid", {
      detail: `${where}: ${first?.message ?? "is not what the route takes"}`,
    });
  }
  return { json, parts };
}

function splitParts(body: unknown, count: number): [unknown, readonly Uint8Array[]] {
  const parts = body instanceof Uint8Array ? decodeParts(body, count + 1) : undefined;
  const [first, ...rest] = parts ?? [];
  if (first === undefined) {
    throw new CodedError("request-invalid", {
      detail: `the body must be ${PARTS_MEDIA_TYPE} with ${String(count + 1)} parts`,
    });
  }
  try {
    return [JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(first)), rest];
  } catch (cause) {
    throw new CodedError("request-invalid", { detail: "the first part is not JSON", cause });
  }
}
