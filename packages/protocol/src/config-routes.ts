import { applicationParam } from "./application-routes.ts";
import {
  BATCH_ANSWER,
  BATCH_REQUEST,
  ITEM,
  ITEM_PAGE,
  ITEM_SET,
  ITEM_SUMMARY,
  ROLL_BACK,
  identifier,
} from "./config-schemas.ts";
import type { ErrorCode } from "./errors.ts";
import type { RouteSpec } from "./route-spec.ts";
import { AFTER, LIMIT } from "./schema-parts.ts";

const ofApplication = {
  type: "object",
  additionalProperties: false,
  required: ["application"],
  properties: { application: applicationParam },
} as const;

const ofItem = {
  type: "object",
  additionalProperties: false,
  required: ["application", "identifier"],
  properties: { application: applicationParam, identifier },
} as const;

const reading = [
  "application-not-found",
  "application-disabled",
  "application-type-mismatch",
  "config-item-not-found",
  "row-not-authentic",
  "cannot-open",
  "master-secret-unavailable",
  "master-secret-version-unknown",
  "database-unavailable",
  "database-locked",
] as const satisfies readonly ErrorCode[];

const writing = [
  ...reading,
  "revision-conflict",
  "precondition-unreadable",
  "idempotency-key-reused",
  "field-unknown",
  "value-invalid",
  "value-too-large",
  "master-secret-server-unavailable",
] as const satisfies readonly ErrorCode[];

export const CONFIG_ROUTES = {
  "config.list": {
    method: "GET",
    path: "/v1/applications/:application/items",
    permission: "config.read",
    summary: "Identifiers and revisions of an application's items.",
    params: ofApplication,
    query: {
      type: "object",
      additionalProperties: false,
      properties: { limit: LIMIT, after: AFTER, prefix: identifier },
    },
    response: { json: ITEM_PAGE },
    errors: reading,
  },
  "config.get": {
    method: "GET",
    path: "/v1/applications/:application/items/:identifier",
    permission: "config.read",
    summary: "One item without its masked fields.",
    params: ofItem,
    response: { json: ITEM },
    errors: reading,
  },
  "config.reveal": {
    method: "GET",
    path: "/v1/applications/:application/revealed-items/:identifier",
    permission: "config.reveal",
    summary: "One item with its masked fields; audited before the answer.",
    params: ofItem,
    response: { json: ITEM },
    errors: [...reading, "audit-unavailable"],
  },
  "config.set": {
    method: "PATCH",
    path: "/v1/applications/:application/items/:identifier",
    permission: "config.write",
    summary: "Creates an item or changes the fields that are named.",
    isWrite: true,
    condition: "match-or-create",
    params: ofItem,
    request: { json: ITEM_SET },
    response: { json: ITEM_SUMMARY },
    errors: writing,
  },
  "config.delete": {
    method: "DELETE",
    path: "/v1/applications/:application/items/:identifier",
    permission: "config.write",
    summary: "Removes an item; its history stays.",
    isWrite: true,
    condition: "match",
    params: ofItem,
    response: { json: ITEM_SUMMARY },
    errors: writing,
  },
  "config.batch-get": {
    method: "POST",
    path: "/v1/applications/:application/batch-get",
    permission: "config.read",
    summary: "Several items without their masked fields.",
    params: ofApplication,
    request: { json: BATCH_REQUEST },
    response: { json: BATCH_ANSWER },
    errors: reading,
  },
  "config.batch-reveal": {
    method: "POST",
    path: "/v1/applications/:application/batch-reveal",
    permission: "config.reveal",
    summary: "Several items with their masked fields; each is audited before the answer.",
    params: ofApplication,
    request: { json: BATCH_REQUEST },
    response: { json: BATCH_ANSWER },
    errors: [...reading, "audit-unavailable"],
  },
  "config.history": {
    method: "GET",
    path: "/v1/applications/:application/history/:identifier",
    permission: "config.read",
    summary: "Former revisions of an item, newest first: when and by whom.",
    params: ofItem,
    response: { json: ITEM_PAGE },
    errors: reading,
  },
  "config.roll-back": {
    method: "POST",
    path: "/v1/applications/:application/roll-back/:identifier",
    permission: "config.write",
    summary: "Writes the content of a former revision again, as a new one.",
    isWrite: true,
    condition: "match",
    params: ofItem,
    request: { json: ROLL_BACK },
    response: { json: ITEM_SUMMARY },
    errors: [...writing, "revision-not-found"],
  },
} as const satisfies Record<string, RouteSpec>;
