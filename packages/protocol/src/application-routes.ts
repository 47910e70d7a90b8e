import {
  APPLICATION,
  APPLICATION_CREATE,
  APPLICATION_NAME_MAX,
  APPLICATION_PAGE,
  APPLICATION_UPDATE,
} from "./application-schemas.ts";
import type { ErrorCode } from "./errors.ts";
import type { JsonSchema } from "./json-schema.ts";
import type { RouteSpec } from "./route-spec.ts";
import { AFTER, LIMIT, LINE_PATTERN } from "./schema-parts.ts";

/** An application in a path: its id (`app_…`) or its name. */
export const applicationParam = {
  type: "string",
  minLength: 1,
  maxLength: APPLICATION_NAME_MAX,
  pattern: LINE_PATTERN,
} as const satisfies JsonSchema;

const params = {
  type: "object",
  additionalProperties: false,
  required: ["application"],
  properties: { application: applicationParam },
} as const;

const changing = [
  "application-not-found",
  "revision-conflict",
  "precondition-unreadable",
  "idempotency-key-reused",
  "row-not-authentic",
  "master-secret-server-unavailable",
] as const satisfies readonly ErrorCode[];

export const APPLICATION_ROUTES = {
  "application.list": {
    method: "GET",
    path: "/v1/applications",
    permission: "application.read",
    summary: "Affiliate applications by name; a reader sees its own.",
    query: {
      type: "object",
      additionalProperties: false,
      properties: { limit: LIMIT, after: AFTER },
    },
    response: { json: APPLICATION_PAGE },
    errors: ["row-not-authentic"],
  },
  "application.create": {
    method: "POST",
    path: "/v1/applications",
    permission: "application.manage",
    summary: "Creates an affiliate application, disabled unless said otherwise.",
    isWrite: true,
    request: { json: APPLICATION_CREATE },
    response: { json: APPLICATION },
    errors: [
      "application-exists",
      "application-invalid",
      "idempotency-key-reused",
      "master-secret-server-unavailable",
    ],
  },
  "application.show": {
    method: "GET",
    path: "/v1/applications/:application",
    permission: "application.read",
    summary: "One affiliate application, with its fields and flags.",
    params,
    response: { json: APPLICATION },
    errors: ["application-not-found", "row-not-authentic"],
  },
  "application.update": {
    method: "PATCH",
    path: "/v1/applications/:application",
    permission: "application.manage",
    summary: "Changes what is named; adds, renames or masks fields.",
    isWrite: true,
    condition: "match",
    params,
    request: { json: APPLICATION_UPDATE },
    response: { json: APPLICATION },
    errors: [...changing, "application-invalid", "application-immutable"],
  },
  "application.enable": {
    method: "POST",
    path: "/v1/applications/:application/enable",
    permission: "application.manage",
    summary: "Lets the application's items be read and written.",
    isWrite: true,
    condition: "match",
    params,
    response: { json: APPLICATION },
    errors: [...changing, "application-invalid"],
  },
  "application.disable": {
    method: "POST",
    path: "/v1/applications/:application/disable",
    permission: "application.manage",
    summary: "Stops all reading and writing of the application's items.",
    isWrite: true,
    condition: "match",
    params,
    response: { json: APPLICATION },
    errors: changing,
  },
  "application.delete": {
    method: "DELETE",
    path: "/v1/applications/:application",
    permission: "application.manage",
    summary: "Removes the application, its items and their history, for good.",
    isWrite: true,
    condition: "match",
    params,
    response: { json: APPLICATION },
    errors: changing,
  },
} as const satisfies Record<string, RouteSpec>;
