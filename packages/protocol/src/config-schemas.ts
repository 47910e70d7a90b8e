import { FIELDS_MAX, FIELD_NAME_MAX } from "./application-schemas.ts";
import type { FromSchema, JsonSchema } from "./json-schema.ts";
import { LINE_PATTERN, etag, instantMs, page, text } from "./schema-parts.ts";

/** Bodies about config items. */

export const IDENTIFIER_MAX = 512;
/** The longest text of one value, in UTF-16 code units; a whole item seals at most 1 MiB. */
export const VALUE_LENGTH_MAX = 524_288;
export const BATCH_MAX = 100;

export const identifier = {
  type: "string",
  minLength: 1,
  maxLength: IDENTIFIER_MAX,
  pattern: LINE_PATTERN,
} as const satisfies JsonSchema;

const names = {
  type: "array",
  maxItems: FIELDS_MAX,
  items: { type: "string", maxLength: FIELD_NAME_MAX },
} as const satisfies JsonSchema;

const propertyNames = {
  minLength: 1,
  maxLength: FIELD_NAME_MAX,
  pattern: LINE_PATTERN,
} as const;

export const ITEM_SET = {
  type: "object",
  additionalProperties: false,
  required: ["properties"],
  properties: {
    properties: {
      type: "object",
      propertyNames,
      maxProperties: FIELDS_MAX,
      minProperties: 1,
      additionalProperties: {
        type: ["string", "number", "boolean", "null"],
        maxLength: VALUE_LENGTH_MAX,
        description: "null removes the value; fields that are not named keep theirs",
      },
    },
  },
} as const satisfies JsonSchema;
export type ItemSet = FromSchema<typeof ITEM_SET>;

export const ITEM = {
  type: "object",
  additionalProperties: false,
  required: [
    "identifier",
    "revision",
    "writtenAtMs",
    "writtenBy",
    "properties",
    "masked",
    "missing",
  ],
  properties: {
    identifier,
    revision: etag,
    writtenAtMs: instantMs,
    writtenBy: text,
    properties: {
      type: "object",
      propertyNames,
      maxProperties: FIELDS_MAX,
      additionalProperties: {
        type: ["string", "number", "boolean"],
        maxLength: VALUE_LENGTH_MAX,
      },
    },
    masked: { ...names, description: "Masked fields that have a value, left out unless revealed" },
    missing: { ...names, description: "Fields of the application without a value" },
    ageSeconds: {
      type: "integer",
      minimum: 0,
      description:
        "The database is away: for how long the node has kept what it answers with. Also the " +
        "header Age, of a batch that of its oldest item",
    },
  },
} as const satisfies JsonSchema;
export type ItemView = FromSchema<typeof ITEM>;

export const ITEM_SUMMARY = {
  type: "object",
  additionalProperties: false,
  required: ["identifier", "revision", "writtenAtMs", "writtenBy"],
  properties: { identifier, revision: etag, writtenAtMs: instantMs, writtenBy: text },
} as const satisfies JsonSchema;
export type ItemSummary = FromSchema<typeof ITEM_SUMMARY>;

export const ITEM_PAGE = page(ITEM_SUMMARY);
export type ItemPageView = FromSchema<typeof ITEM_PAGE>;

export const BATCH_REQUEST = {
  type: "object",
  additionalProperties: false,
  required: ["identifiers"],
  properties: {
    identifiers: { type: "array", minItems: 1, maxItems: BATCH_MAX, items: identifier },
  },
} as const satisfies JsonSchema;
export type BatchRequest = FromSchema<typeof BATCH_REQUEST>;

export const BATCH_ANSWER = {
  type: "object",
  additionalProperties: false,
  required: ["items", "notFound"],
  properties: {
    items: { type: "array", maxItems: BATCH_MAX, items: ITEM },
    notFound: { type: "array", maxItems: BATCH_MAX, items: identifier },
  },
} as const satisfies JsonSchema;
export type BatchAnswer = FromSchema<typeof BATCH_ANSWER>;

export const ROLL_BACK = {
  type: "object",
  additionalProperties: false,
  required: ["revision"],
  properties: { revision: etag },
} as const satisfies JsonSchema;
export type RollBack = FromSchema<typeof ROLL_BACK>;
