export { ERRORS, PROBLEM_MEDIA_TYPE, isErrorCode, problemType } from "./errors.ts";
export type { ErrorCode, ErrorSpec, Problem, Remedy } from "./errors.ts";
export { EVENTS } from "./events.ts";
export type { EventCode, EventSpec, Severity } from "./events.ts";
export type { FromSchema, JsonSchema } from "./json-schema.ts";
export { PARTS_BYTES_MAX, PARTS_MEDIA_TYPE, decodeParts, encodeParts } from "./parts.ts";
export { ROUTES } from "./routes.ts";
export type { Access, Body, RouteId, RouteSpec } from "./routes.ts";
export type {
  BackupMade,
  BackupParameters,
  BackupReport,
  BackupSummary,
  Health,
  NodeStatus,
  RestoreReport,
  SecretStatus,
  VerifyParameters,
} from "./schemas.ts";
