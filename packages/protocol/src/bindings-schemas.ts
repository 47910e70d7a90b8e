import {
  APPLICATION_NAME_MAX,
  FIELDS_MAX,
  FIELD_NAME_MAX,
  applicationName,
} from "./application-schemas.ts";
import { identifier } from "./config-schemas.ts";
import type { FromSchema, JsonSchema } from "./json-schema.ts";
import { LINE_PATTERN, etag, instantMs, page, text } from "./schema-parts.ts";

/** Bodies about binding files of BizTalk and about imports. */

export const BINDINGS_NAME_MAX = 128;
/** How many transports one binding file may hold, and so how many items it becomes. */
export const BINDINGS_ITEMS_MAX = 50_000;
/** How many applications one file may become. */
export const IMPORTED_APPLICATIONS_MAX = 1000;
export const MASKS_MAX = 100;
const HANDLERS_MAX = 10_000;
const PROGRESS_ID_MAX = 64;
const FILE_NAME_MAX = 512;

export const bindingsName = {
  type: "string",
  minLength: 1,
  maxLength: BINDINGS_NAME_MAX,
  pattern: LINE_PATTERN,
  description: "Of the stored file; case is kept and does not tell names apart",
} as const satisfies JsonSchema;

/** The file as its user named it: messages begin with it. */
const file = {
  type: "string",
  minLength: 1,
  maxLength: FILE_NAME_MAX,
  pattern: LINE_PATTERN,
  description: "Where the file lies, for messages: `FILE:LINE:COLUMN`",
} as const satisfies JsonSchema;

const dryRun = {
  type: "boolean",
  description: "Answers what would happen and changes nothing",
} as const satisfies JsonSchema;

const propertyNames = {
  type: "array",
  maxItems: FIELDS_MAX,
  items: { type: "string", maxLength: FIELD_NAME_MAX },
} as const satisfies JsonSchema;

const names = {
  type: "array",
  maxItems: MASKS_MAX,
  items: { type: "string", minLength: 1, maxLength: FIELD_NAME_MAX, pattern: LINE_PATTERN },
} as const satisfies JsonSchema;

const count = { type: "integer", minimum: 0 } as const satisfies JsonSchema;

export const progressId = {
  type: "string",
  minLength: 1,
  maxLength: PROGRESS_ID_MAX,
  pattern: "^[A-Za-z0-9_-]+$",
  description: "Chosen by the caller, to ask for the progress meanwhile",
} as const satisfies JsonSchema;

const outcome = {
  type: "string",
  maxLength: 9,
  enum: ["created", "changed", "unchanged"],
} as const satisfies JsonSchema;

const itemOutcome = {
  type: "string",
  maxLength: 9,
  enum: ["created", "changed", "unchanged", "gone"],
  description: "`gone`: an earlier import of this name had it and the file has it no longer; kept",
} as const satisfies JsonSchema;

const newField = {
  type: "object",
  additionalProperties: false,
  required: ["name", "type", "masked"],
  properties: {
    name: { type: "string", maxLength: FIELD_NAME_MAX },
    type: { type: "string", maxLength: 8, enum: ["string", "number", "boolean", "json", "xml"] },
    masked: { type: "boolean" },
  },
} as const satisfies JsonSchema;

const newFields = {
  type: "array",
  maxItems: FIELDS_MAX,
  items: newField,
} as const satisfies JsonSchema;

export const BINDINGS_IMPORT = {
  type: "object",
  additionalProperties: false,
  required: ["name", "file"],
  properties: {
    name: bindingsName,
    file,
    mask: { ...names, description: "Properties to mask beside those of the documented list" },
    dryRun,
    progressId,
  },
} as const satisfies JsonSchema;
export type BindingsImport = FromSchema<typeof BINDINGS_IMPORT>;

export const BINDINGS_IMPORTED = {
  type: "object",
  additionalProperties: false,
  required: [
    "name",
    "outcome",
    "dryRun",
    "bytes",
    "applications",
    "items",
    "handlers",
    "missingSecrets",
  ],
  properties: {
    name: bindingsName,
    outcome: { ...outcome, description: "What becomes of the stored file" },
    dryRun: { type: "boolean" },
    bytes: count,
    applications: {
      type: "array",
      maxItems: IMPORTED_APPLICATIONS_MAX,
      items: {
        type: "object",
        additionalProperties: false,
        required: ["name", "outcome", "newFields", "newlyMasked"],
        properties: {
          name: applicationName,
          outcome,
          newFields,
          newlyMasked: { ...propertyNames, description: "Fields it had that are masked from now" },
        },
      },
    },
    items: {
      type: "array",
      maxItems: 2 * BINDINGS_ITEMS_MAX,
      items: {
        type: "object",
        additionalProperties: false,
        required: ["application", "identifier", "outcome", "missing", "kept"],
        properties: {
          application: applicationName,
          identifier,
          outcome: itemOutcome,
          line: { type: "integer", minimum: 1, description: "In the file; absent for `gone`" },
          missing: { ...propertyNames, description: "Secrets that neither file nor item has" },
          kept: { ...propertyNames, description: "Secrets that the item keeps, the file lacks" },
        },
      },
    },
    handlers: {
      type: "array",
      maxItems: HANDLERS_MAX,
      items: {
        type: "object",
        additionalProperties: false,
        required: ["kind", "host"],
        properties: {
          kind: { type: "string", maxLength: 7, enum: ["send", "receive"] },
          host: { type: "string", maxLength: 512 },
          adapter: { type: "string", maxLength: 512 },
        },
      },
      description: "Hosts that the file names: references only, nothing is made of them",
    },
    missingSecrets: { ...count, description: "How many secrets are to be given by `config.set`" },
  },
} as const satisfies JsonSchema;
export type BindingsImported = FromSchema<typeof BINDINGS_IMPORTED>;

const ofBindings = {
  name: bindingsName,
  revision: etag,
  bytes: count,
  writtenAtMs: instantMs,
  writtenBy: text,
} as const;

export const BINDINGS_SUMMARY = {
  type: "object",
  additionalProperties: false,
  required: ["name", "revision", "bytes", "writtenAtMs", "writtenBy", "items", "applications"],
  properties: {
    ...ofBindings,
    items: count,
    applications: {
      type: "array",
      maxItems: IMPORTED_APPLICATIONS_MAX,
      items: { type: "string", maxLength: APPLICATION_NAME_MAX },
      description: "As they were named when the file was imported",
    },
  },
} as const satisfies JsonSchema;
export type BindingsSummary = FromSchema<typeof BINDINGS_SUMMARY>;

export const BINDINGS_PAGE = page(BINDINGS_SUMMARY);
export type BindingsPageView = FromSchema<typeof BINDINGS_PAGE>;

/** What the database says of a file without opening it: one that does not open can be removed. */
export const BINDINGS_DELETED = {
  type: "object",
  additionalProperties: false,
  required: ["name", "revision", "writtenAtMs", "writtenBy"],
  properties: {
    name: { ...bindingsName, description: "As the request has it" },
    revision: etag,
    writtenAtMs: instantMs,
    writtenBy: text,
  },
} as const satisfies JsonSchema;
export type BindingsDeleted = FromSchema<typeof BINDINGS_DELETED>;

/** Beside the bytes of the file. */
export const BINDINGS_EXPORTED = {
  type: "object",
  additionalProperties: false,
  required: ["name", "revision", "bytes", "writtenAtMs", "writtenBy", "changed", "hidden", "gone"],
  properties: {
    ...ofBindings,
    changed: { ...count, description: "Values that differ from those of the imported file" },
    hidden: {
      ...count,
      description: "Secrets that are withheld: printed as ******, where the file has a place",
    },
    gone: {
      ...count,
      description:
        "Values of the imported file that its items have no longer; secrets among them are printed as ******",
    },
  },
} as const satisfies JsonSchema;
export type BindingsExported = FromSchema<typeof BINDINGS_EXPORTED>;

export const IMPORT_PROGRESS = {
  type: "object",
  additionalProperties: false,
  required: ["stage", "done", "total"],
  properties: {
    stage: {
      type: "string",
      maxLength: 8,
      enum: ["none", "waiting", "reading", "planning", "sealing", "writing"],
      description: "`none`: no import of the caller has this id, not yet or no longer",
    },
    done: { ...count, description: "Of `total`: characters while reading, items after that" },
    total: count,
  },
} as const satisfies JsonSchema;
export type ImportProgress = FromSchema<typeof IMPORT_PROGRESS>;

export const APPLICATION_IMPORT = {
  type: "object",
  additionalProperties: false,
  required: ["file"],
  properties: {
    file,
    mode: {
      type: "string",
      maxLength: 6,
      enum: ["create", "update", "both"],
      description: "`both` unless given",
    },
    dryRun,
  },
} as const satisfies JsonSchema;
export type ApplicationImport = FromSchema<typeof APPLICATION_IMPORT>;

export const APPLICATIONS_IMPORTED = {
  type: "object",
  additionalProperties: false,
  required: ["dryRun", "applications"],
  properties: {
    dryRun: { type: "boolean" },
    applications: {
      type: "array",
      maxItems: IMPORTED_APPLICATIONS_MAX,
      items: {
        type: "object",
        additionalProperties: false,
        required: ["name", "type", "outcome", "enabled", "changes", "ignored", "line"],
        properties: {
          name: applicationName,
          type: {
            type: "string",
            maxLength: 16,
            enum: ["individual", "group", "host-group", "config-store"],
          },
          outcome,
          enabled: { type: "boolean", description: "Afterwards" },
          changes: {
            type: "array",
            maxItems: 256,
            items: { type: "string", maxLength: 256 },
            description: "What changes, as `application.update` names it",
          },
          ignored: {
            type: "array",
            maxItems: 16,
            items: { type: "string", maxLength: 64 },
            description: "Flags that are on by default there and mean nothing for this type",
          },
          line: { type: "integer", minimum: 1 },
        },
      },
    },
  },
} as const satisfies JsonSchema;
export type ApplicationsImported = FromSchema<typeof APPLICATIONS_IMPORTED>;

export const CONFIG_IMPORT = {
  type: "object",
  additionalProperties: false,
  required: ["file", "application"],
  properties: {
    file,
    application: applicationName,
    identifier: { ...identifier, description: "`ConfigProperties` unless given" },
    unmasked: {
      ...names,
      description: "New fields that need no mask; all others get one, because the file says none",
    },
    dryRun,
  },
} as const satisfies JsonSchema;
export type ConfigImport = FromSchema<typeof CONFIG_IMPORT>;

export const CONFIG_IMPORTED = {
  type: "object",
  additionalProperties: false,
  required: ["dryRun", "application", "identifier", "newFields", "outcome", "settings"],
  properties: {
    dryRun: { type: "boolean" },
    application: {
      type: "object",
      additionalProperties: false,
      required: ["name", "outcome"],
      properties: { name: applicationName, outcome },
    },
    identifier,
    newFields,
    outcome: { ...outcome, description: "What becomes of the item" },
    settings: {
      type: "array",
      maxItems: FIELDS_MAX,
      items: {
        type: "object",
        additionalProperties: false,
        required: ["name", "outcome"],
        properties: { name: { type: "string", maxLength: FIELD_NAME_MAX }, outcome },
      },
    },
  },
} as const satisfies JsonSchema;
export type ConfigImported = FromSchema<typeof CONFIG_IMPORTED>;
