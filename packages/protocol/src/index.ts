export { ERRORS, isErrorCode } from "./errors.ts";
export type { ErrorCode, ErrorSpec, Remedy } from "./errors.ts";
export { PROBLEM_MEDIA_TYPE, problemType } from "./problem.ts";
export type { Problem } from "./problem.ts";
export { EVENTS } from "./events.ts";
export type { EventCode, EventSpec, Severity } from "./events.ts";
export type { FromSchema, JsonSchema, MapSchema, ObjectSchema } from "./json-schema.ts";
export { PARTS_BYTES_MAX, PARTS_MEDIA_TYPE, decodeParts, encodeParts } from "./parts.ts";
export { NODE_STATUS } from "./schemas.ts";
export { PERMISSIONS } from "./route-spec.ts";
export type { Body, Permission, RouteSpec } from "./route-spec.ts";
export { ROUTES } from "./routes.ts";
export type { CallableRouteId, RouteId, StreamRouteId } from "./routes.ts";
export { LINE_PATTERN, TEXT_MAX } from "./schema-parts.ts";
export {
  ACCOUNTS_MAX,
  ACCOUNT_LENGTH_MAX,
  ACCOUNT_PATTERN,
  TICKET_TIMEOUT_MINUTES_MAX,
  APPLICATION_NAME_MAX,
  FIELDS_MAX,
  FIELD_NAME_MAX,
} from "./application-schemas.ts";
export type {
  ApplicationCreate,
  ApplicationPageView,
  ApplicationUpdate,
  ApplicationView,
} from "./application-schemas.ts";
export { BINDINGS_BODY_BYTES_MAX, IMPORT_BODY_BYTES_MAX } from "./bindings-routes.ts";
export {
  BINDINGS_ITEMS_MAX,
  BINDINGS_NAME_MAX,
  IMPORTED_APPLICATIONS_MAX,
  MASKS_MAX,
} from "./bindings-schemas.ts";
export type {
  ApplicationImport,
  ApplicationsImported,
  BindingsExported,
  BindingsImport,
  BindingsDeleted,
  BindingsImported,
  BindingsPageView,
  BindingsSummary,
  ConfigImport,
  ConfigImported,
  ImportProgress,
} from "./bindings-schemas.ts";
export { BATCH_MAX, IDENTIFIER_MAX, VALUE_LENGTH_MAX } from "./config-schemas.ts";
export type {
  BatchAnswer,
  BatchRequest,
  ItemPageView,
  ItemSet,
  ItemSummary,
  ItemView,
  RollBack,
} from "./config-schemas.ts";
export type { AuditPageView, AuditRowView, EventPageView, EventView } from "./record-schemas.ts";
export type { MasterView, RoleMoved } from "./master-schemas.ts";
export { INVITATION_TTL_MINUTES_MAX } from "./node-schemas.ts";
export type {
  AcceptedDatabase,
  InvitationView,
  InviteParameters,
  NodeListView,
  NodeView,
} from "./node-schemas.ts";
export type { TokenCreate, TokenCreated, TokenList, TokenView } from "./token-schemas.ts";
export type {
  BackupMade,
  BackupParameters,
  BackupReport,
  BackupSummary,
  Health,
  NodeStatus,
  Purged,
  RestoreReport,
  SecretStatus,
  SystemStatus,
  VerifyParameters,
} from "./schemas.ts";
