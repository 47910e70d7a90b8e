import {
  ERRORS,
  PARTS_MEDIA_TYPE,
  PROBLEM_MEDIA_TYPE,
  ROUTES,
  type Body,
  type ErrorCode,
  type JsonSchema,
  type ObjectSchema,
  type RouteSpec,
} from "@chatelaine/protocol";

/** The interface as an OpenAPI 3.1 document, made from the route table and nothing else. */
export function openApiText(software: string): string {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const [id, spec] of Object.entries(ROUTES) as [string, RouteSpec][]) {
    const path = spec.path.replace(/:([A-Za-z]+)/g, "{$1}");
    paths[path] = { ...paths[path], [spec.method.toLowerCase()]: operation(id, spec) };
  }
  return JSON.stringify({
    openapi: "3.1.0",
    info: { title: "Chatelaine", version: software, license: { name: "Apache-2.0" } },
    servers: [{ url: "http://127.0.0.1:4870" }],
    paths,
    components: {
      schemas: { Problem: PROBLEM },
      securitySchemes: { token: { type: "http", scheme: "bearer" } },
    },
  });
}

/** What any route may answer. */
const COMMON: readonly ErrorCode[] = ["request-invalid", "internal"];

function operation(id: string, spec: RouteSpec): unknown {
  const isOpen = spec.permission === "anyone";
  const codes: readonly ErrorCode[] = [
    ...spec.errors,
    ...COMMON,
    ...(isOpen ? [] : (["authentication-required", "permission-denied"] as const)),
  ];
  return {
    operationId: id,
    summary: spec.summary,
    "x-permission": spec.permission,
    security: isOpen ? [] : [{ token: [] }],
    parameters: [
      ...parameters("path", spec.params),
      ...parameters("query", spec.query),
      ...headers(spec),
    ],
    ...(spec.request !== undefined && {
      requestBody: { required: true, content: content(spec.request) },
    }),
    responses: {
      "2XX": {
        description: "Done",
        content: answerContent(spec),
      },
      ...problems(codes),
    },
  };
}

function parameters(place: "path" | "query", schema: ObjectSchema | undefined): unknown[] {
  return Object.entries(schema?.properties ?? {}).map(([name, property]) => ({
    name,
    in: place,
    required: place === "path",
    schema: property,
  }));
}

const REVISION_HEADER = { type: "string", pattern: '^"[0-9a-f]{32}"$' };

function headers(spec: RouteSpec): unknown[] {
  const header = (name: string, schema: unknown): unknown => ({ name, in: "header", schema });
  return [
    ...(spec.condition === undefined ? [] : [header("If-Match", REVISION_HEADER)]),
    ...(spec.stream === undefined ? [] : [header("Last-Event-ID", { type: "string" })]),
    ...(spec.condition === "match-or-create" ? [header("If-None-Match", { const: "*" })] : []),
    ...(spec.isWrite === true
      ? [header("Idempotency-Key", { type: "string", pattern: "^[!-~]{1,128}$" })]
      : []),
  ];
}

function answerContent(spec: RouteSpec): Record<string, unknown> {
  const other = spec.text ?? spec.stream;
  return other === undefined ? content(spec.response) : { [other]: {} };
}

function content(body: Body | undefined): Record<string, unknown> {
  if (body?.parts === undefined) {
    return { "application/json": { schema: body?.json ?? {} } };
  }
  const names = ["json", ...body.parts].join(", ");
  return {
    [PARTS_MEDIA_TYPE]: {
      schema: { type: "string", format: "binary" },
      "x-parts": { description: `Length-prefixed parts: ${names}`, json: body.json },
    },
  };
}

/** One answer for each status, which names the codes it may carry. */
function problems(codes: readonly ErrorCode[]): Record<string, unknown> {
  const byStatus = Map.groupBy(codes, (code) => ERRORS[code].status);
  return Object.fromEntries(
    [...byStatus].map(([status, some]) => [
      String(status),
      {
        description: some.map((code) => `${code}: ${ERRORS[code].title}`).join("; "),
        content: { [PROBLEM_MEDIA_TYPE]: { schema: { $ref: "#/components/schemas/Problem" } } },
      },
    ]),
  );
}

const line = { type: "string", maxLength: 4096 } as const satisfies JsonSchema;

const PROBLEM = {
  type: "object",
  additionalProperties: false,
  required: ["type", "title", "status", "code", "remedy", "requestId"],
  properties: {
    type: line,
    title: line,
    status: { type: "integer" },
    code: line,
    remedy: line,
    detail: line,
    requestId: line,
  },
} as const satisfies JsonSchema;
