import type { FromSchema, JsonSchema } from "./json-schema.ts";
import { instantMs, page, text } from "./schema-parts.ts";

/** Bodies about what has happened: audit and events. */

const details = {
  type: "object",
  propertyNames: { minLength: 1, maxLength: 64 },
  maxProperties: 32,
  additionalProperties: { type: "string", maxLength: 4096 },
} as const satisfies JsonSchema;

export const AUDIT_ROW = {
  type: "object",
  additionalProperties: false,
  required: [
    "sequence",
    "atMs",
    "nodeId",
    "action",
    "outcome",
    "caller",
    "source",
    "requestId",
    "about",
  ],
  properties: {
    sequence: { ...text, description: "Decimal; order of writing, with gaps" },
    atMs: instantMs,
    nodeId: text,
    action: text,
    outcome: { type: "string", maxLength: 8, enum: ["done", "refused"] },
    caller: text,
    source: text,
    requestId: text,
    about: details,
  },
} as const satisfies JsonSchema;
export type AuditRowView = FromSchema<typeof AUDIT_ROW>;

export const AUDIT_PAGE = page(AUDIT_ROW);
export type AuditPageView = FromSchema<typeof AUDIT_PAGE>;

export const EVENT = {
  type: "object",
  additionalProperties: false,
  required: ["sequence", "atMs", "code", "severity", "meaning", "fields"],
  properties: {
    sequence: { type: "integer", minimum: 1, description: "Of this node since its start" },
    atMs: instantMs,
    code: text,
    severity: { type: "string", maxLength: 8, enum: ["info", "warning", "error"] },
    meaning: text,
    entssoId: { type: "integer", description: "Event id of Enterprise SSO" },
    fields: details,
  },
} as const satisfies JsonSchema;
export type EventView = FromSchema<typeof EVENT>;

export const EVENT_PAGE = page(EVENT);
export type EventPageView = FromSchema<typeof EVENT_PAGE>;
