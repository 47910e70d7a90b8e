import type { FromSchema, JsonSchema } from "./json-schema.ts";
import { LINE_PATTERN, etag, instantMs, page, text } from "./schema-parts.ts";

/** Bodies about affiliate applications. Defaults and bounds are those of Enterprise SSO. */

export const APPLICATION_NAME_MAX = 128;
export const ACCOUNTS_MAX = 100;
export const ACCOUNT_LENGTH_MAX = 256;
export const ACCOUNT_PATTERN = "^[^\\p{Cc}\\p{Cs};]+$";
export const FIELDS_MAX = 200;
export const FIELD_NAME_MAX = 128;
export const TICKET_TIMEOUT_MINUTES_MAX = 525_600;

export const applicationName = {
  type: "string",
  minLength: 1,
  maxLength: APPLICATION_NAME_MAX,
  pattern: LINE_PATTERN,
  description: "Not like an id (`app_…`); case is kept and does not tell names apart",
} as const satisfies JsonSchema;

const accounts = {
  type: "array",
  maxItems: ACCOUNTS_MAX,
  items: {
    type: "string",
    minLength: 1,
    maxLength: ACCOUNT_LENGTH_MAX,
    pattern: ACCOUNT_PATTERN,
  },
  description: "Groups or users; order matters for a group application",
} as const satisfies JsonSchema;

export const FIELD = {
  type: "object",
  additionalProperties: false,
  required: ["name"],
  properties: {
    name: {
      type: "string",
      minLength: 1,
      maxLength: FIELD_NAME_MAX,
      pattern: LINE_PATTERN,
    },
    type: {
      type: "string",
      maxLength: 8,
      enum: ["string", "number", "boolean", "json", "xml"],
      description: "`string` unless given",
    },
    masked: {
      type: "boolean",
      description: "Left out unless revealed; true cannot become false",
    },
    synchronized: { type: "boolean", description: "For password synchronization; one at most" },
  },
} as const satisfies JsonSchema;

const fields = { type: "array", maxItems: FIELDS_MAX, items: FIELD } as const satisfies JsonSchema;

const fieldChanges = {
  type: "array",
  maxItems: FIELDS_MAX,
  items: {
    ...FIELD,
    properties: {
      ...FIELD.properties,
      formerName: { ...FIELD.properties.name, description: "Renames the field of this name" },
    },
  },
  description: "Fields to add, and fields to rename or mask; the others stay",
} as const satisfies JsonSchema;

const flag = { type: "boolean" } as const satisfies JsonSchema;

export const FLAGS = {
  type: "object",
  additionalProperties: false,
  properties: {
    windowsInitiatedSso: flag,
    hostInitiatedSso: flag,
    validatePassword: flag,
    allowTickets: flag,
    validateTickets: flag,
    timeoutTickets: flag,
    disableCredCache: flag,
    allowLocalAccounts: flag,
    adminAccountSame: flag,
    directPasswordSync: flag,
    windowsCreds: flag,
    restrictedCreds: flag,
    restrictMappingCreate: flag,
  },
} as const satisfies JsonSchema;

const ticketTimeoutMinutes = {
  type: "integer",
  minimum: 1,
  maximum: TICKET_TIMEOUT_MINUTES_MAX,
  description: "Absent: the system's",
} as const satisfies JsonSchema;

const type = {
  type: "string",
  maxLength: 16,
  enum: ["individual", "group", "host-group", "config-store"],
} as const satisfies JsonSchema;

const changeable = {
  description: text,
  contact: text,
  applicationUsers: accounts,
  applicationAdministrators: accounts,
  windowsAccount: {
    type: "string",
    minLength: 1,
    maxLength: ACCOUNT_LENGTH_MAX,
    description: "Of a host group",
  },
  flags: FLAGS,
  ticketTimeoutMinutes,
  fields,
} as const;

export const APPLICATION_CREATE = {
  type: "object",
  additionalProperties: false,
  required: ["name", "type"],
  properties: {
    name: applicationName,
    type,
    enabled: { type: "boolean", description: "false unless given" },
    ...changeable,
  },
} as const satisfies JsonSchema;
export type ApplicationCreate = FromSchema<typeof APPLICATION_CREATE>;

export const APPLICATION_UPDATE = {
  type: "object",
  additionalProperties: false,
  minProperties: 1,
  properties: { ...changeable, fields: fieldChanges },
  description: "What is named changes",
} as const satisfies JsonSchema;
export type ApplicationUpdate = FromSchema<typeof APPLICATION_UPDATE>;

export const APPLICATION = {
  type: "object",
  additionalProperties: false,
  required: [
    "applicationId",
    "revision",
    "name",
    "type",
    "enabled",
    "description",
    "contact",
    "applicationUsers",
    "applicationAdministrators",
    "flags",
    "fields",
    "createdAtMs",
    "updatedAtMs",
  ],
  properties: {
    applicationId: text,
    revision: etag,
    name: applicationName,
    type,
    enabled: flag,
    ...changeable,
    createdAtMs: instantMs,
    updatedAtMs: instantMs,
  },
} as const satisfies JsonSchema;
export type ApplicationView = FromSchema<typeof APPLICATION>;

export const APPLICATION_PAGE = page(APPLICATION);
export type ApplicationPageView = FromSchema<typeof APPLICATION_PAGE>;
