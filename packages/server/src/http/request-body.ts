import type { FastifyRequest } from "fastify";
import {
  PARTS_MEDIA_TYPE,
  decodeParts,
  type JsonSchema,
  type RouteSpec,
} from "@chatelaine/protocol";
import { CodedError } from "../base/coded-error.ts";

/** What came with a request, in the form that the route table asks for. */
export interface RequestParts {
  readonly params: unknown;
  readonly query: unknown;
  readonly json: unknown;
  readonly parts: readonly Uint8Array[];
}

/** Throws `request-invalid`, which says where and what. */
export function parseRequest(request: FastifyRequest, spec: RouteSpec): RequestParts {
  const params = checked(request, spec.params, request.params, "the path");
  const query = checked(request, spec.query, request.query, "the query");
  const body = spec.request;
  if (body === undefined) {
    return { params, query, json: undefined, parts: [] };
  }
  const [json, parts] =
    body.parts === undefined ? [request.body, []] : splitParts(request.body, body.parts.length);
  return { params, query, json: checked(request, body.json, json, "the body"), parts };
}

/** The values, if they are as the schema says; what a route does not take must not be sent. */
function checked(
  request: FastifyRequest,
  schema: JsonSchema | undefined,
  values: unknown,
  place: string,
): unknown {
  const wanted = schema ?? NOTHING;
  if (request.validateInput(values ?? {}, wanted)) {
    return values;
  }
  const [first] = request.getValidationFunction(wanted)?.errors ?? [];
  const where =
    first === undefined || first.instancePath === "" ? place : `${place}: ${first.instancePath}`;
  throw new CodedError("request-invalid", {
    detail: `${where} ${first?.message ?? "is not what the route takes"}`,
  });
}

const NOTHING = { type: "object", additionalProperties: false } as const satisfies JsonSchema;

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
