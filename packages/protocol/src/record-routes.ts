import { AUDIT_PAGE, EVENT_PAGE } from "./record-schemas.ts";
import type { RouteSpec } from "./route-spec.ts";
import { AFTER, LIMIT, LINE_PATTERN, text } from "./schema-parts.ts";
import { TOKEN, TOKEN_CREATE, TOKEN_CREATED, TOKEN_LIST } from "./token-schemas.ts";

const line = { ...text, pattern: LINE_PATTERN } as const;

export const RECORD_ROUTES = {
  "token.create": {
    method: "POST",
    path: "/v1/tokens",
    permission: "token.manage",
    summary: "Makes an API token and shows it this once.",
    isWrite: true,
    request: { json: TOKEN_CREATE },
    response: { json: TOKEN_CREATED },
    errors: [
      "application-not-found",
      "application-invalid",
      "idempotency-key-reused",
      "master-secret-server-unavailable",
    ],
  },
  "token.list": {
    method: "GET",
    path: "/v1/tokens",
    permission: "token.manage",
    summary: "API tokens, newest first, without their secrets.",
    response: { json: TOKEN_LIST },
    errors: [],
  },
  "token.revoke": {
    method: "DELETE",
    path: "/v1/tokens/:tokenId",
    permission: "token.manage",
    summary: "Ends an API token at once.",
    isWrite: true,
    params: {
      type: "object",
      additionalProperties: false,
      required: ["tokenId"],
      properties: { tokenId: text },
    },
    response: { json: TOKEN },
    errors: ["token-not-found", "idempotency-key-reused"],
  },
  "audit.list": {
    method: "GET",
    path: "/v1/audit",
    permission: "audit.read",
    summary: "What was changed, disclosed and refused, in the order of writing.",
    query: {
      type: "object",
      additionalProperties: false,
      properties: { limit: LIMIT, after: AFTER, action: text, application: line },
    },
    response: { json: AUDIT_PAGE },
    errors: [],
  },
  "event.list": {
    method: "GET",
    path: "/v1/events",
    permission: "event.read",
    summary: "What this node has told since its start.",
    query: {
      type: "object",
      additionalProperties: false,
      properties: { limit: LIMIT, after: AFTER },
    },
    response: { json: EVENT_PAGE },
    errors: [],
  },
  "event.stream": {
    method: "GET",
    path: "/v1/events/stream",
    permission: "event.read",
    summary: "What this node has told, then what it tells, as Server-Sent Events.",
    query: {
      type: "object",
      additionalProperties: false,
      properties: { after: AFTER },
    },
    stream: "text/event-stream",
    errors: [],
  },
  "openapi.read": {
    method: "GET",
    path: "/v1/openapi.json",
    permission: "anyone",
    summary: "This interface as an OpenAPI 3.1 document.",
    text: "application/json; charset=utf-8",
    errors: [],
  },
} as const satisfies Record<string, RouteSpec>;
