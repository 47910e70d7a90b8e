import {
  APPLICATIONS_IMPORTED,
  APPLICATION_IMPORT,
  BINDINGS_DELETED,
  BINDINGS_EXPORTED,
  BINDINGS_IMPORT,
  BINDINGS_IMPORTED,
  BINDINGS_PAGE,
  CONFIG_IMPORT,
  CONFIG_IMPORTED,
  IMPORT_PROGRESS,
  bindingsName,
  progressId,
} from "./bindings-schemas.ts";
import type { ErrorCode } from "./errors.ts";
import type { RouteSpec } from "./route-spec.ts";
import { AFTER, LIMIT } from "./schema-parts.ts";

/** The longest body of `bindings.import`, in bytes: the longest binding file and its parameters. */
export const BINDINGS_BODY_BYTES_MAX = 65 * 1024 * 1024;

/** The same of the other imports. */
export const IMPORT_BODY_BYTES_MAX = 9 * 1024 * 1024;

const ofBindings = {
  type: "object",
  additionalProperties: false,
  required: ["name"],
  properties: { name: bindingsName },
} as const;

const importing = [
  "import-invalid",
  "import-not-supported",
  "import-too-large",
  "application-invalid",
  "application-immutable",
  "application-disabled",
  "application-type-mismatch",
  "revision-conflict",
  "idempotency-key-reused",
  "row-not-authentic",
  "cannot-open",
  "master-secret-server-unavailable",
  "master-secret-version-unknown",
] as const satisfies readonly ErrorCode[];

const exporting = [
  "bindings-not-found",
  "import-invalid",
  "value-invalid",
  "row-not-authentic",
  "cannot-open",
  "master-secret-unavailable",
  "master-secret-version-unknown",
] as const satisfies readonly ErrorCode[];

export const BINDINGS_ROUTES = {
  "bindings.import": {
    method: "POST",
    path: "/v1/bindings",
    permission: "application.manage",
    summary: "Takes over the port configuration of a BizTalk binding file, and keeps the file.",
    isWrite: true,
    bodyBytesMax: BINDINGS_BODY_BYTES_MAX,
    request: { json: BINDINGS_IMPORT, parts: ["file"] },
    response: { json: BINDINGS_IMPORTED },
    errors: [...importing, "import-busy"],
  },
  "bindings.progress": {
    method: "GET",
    path: "/v1/bindings-progress/:progressId",
    permission: "application.manage",
    summary: "How far an import of the caller is, while it runs.",
    params: {
      type: "object",
      additionalProperties: false,
      required: ["progressId"],
      properties: { progressId },
    },
    response: { json: IMPORT_PROGRESS },
    errors: [],
  },
  "bindings.list": {
    method: "GET",
    path: "/v1/bindings",
    permission: "config.read",
    summary: "Binding files by name; a reader sees those of which all applications are its own.",
    query: {
      type: "object",
      additionalProperties: false,
      properties: { limit: LIMIT, after: AFTER },
    },
    response: { json: BINDINGS_PAGE },
    errors: ["cannot-open", "master-secret-unavailable", "master-secret-version-unknown"],
  },
  "bindings.export": {
    method: "GET",
    path: "/v1/bindings/:name",
    permission: "config.read",
    summary: "The binding file with the present values; secrets are printed as ******.",
    params: ofBindings,
    response: { json: BINDINGS_EXPORTED, parts: ["file"] },
    errors: exporting,
  },
  "bindings.reveal": {
    method: "GET",
    path: "/v1/revealed-bindings/:name",
    permission: "config.reveal",
    summary: "The binding file with the present values and secrets; audited before the answer.",
    params: ofBindings,
    response: { json: BINDINGS_EXPORTED, parts: ["file"] },
    errors: exporting,
  },
  "bindings.delete": {
    method: "DELETE",
    path: "/v1/bindings/:name",
    permission: "application.manage",
    summary: "Removes the kept file for good; applications and items that came of it stay.",
    isWrite: true,
    condition: "match",
    params: ofBindings,
    response: { json: BINDINGS_DELETED },
    errors: [
      "bindings-not-found",
      "revision-conflict",
      "precondition-unreadable",
      "idempotency-key-reused",
      "master-secret-server-unavailable",
    ],
  },
  "application.import": {
    method: "POST",
    path: "/v1/application-imports",
    permission: "application.manage",
    summary: "Creates or updates affiliate applications from XML of Enterprise SSO.",
    isWrite: true,
    bodyBytesMax: IMPORT_BODY_BYTES_MAX,
    request: { json: APPLICATION_IMPORT, parts: ["file"] },
    response: { json: APPLICATIONS_IMPORTED },
    errors: [...importing, "application-exists", "application-not-found"],
  },
  "config.import": {
    method: "POST",
    path: "/v1/config-imports",
    permission: "application.manage",
    summary: "Writes an item from a `.sso` export or a settings file; makes its application.",
    isWrite: true,
    bodyBytesMax: IMPORT_BODY_BYTES_MAX,
    request: { json: CONFIG_IMPORT, parts: ["password", "file"] },
    response: { json: CONFIG_IMPORTED },
    errors: [...importing, "import-wrong-password", "value-too-large"],
  },
} as const satisfies Record<string, RouteSpec>;
