import type { FromSchema, JsonSchema } from "./json-schema.ts";
import { LINE_PATTERN, instantMs, text } from "./schema-parts.ts";

/** Bodies about API tokens. */

const TOKEN_TTL_HOURS_MAX = 8760;
const TOKENS_LISTED_MAX = 1000;

const applications = {
  type: "array",
  maxItems: 100,
  items: { type: "string", minLength: 1, maxLength: 128, pattern: LINE_PATTERN },
  description: "Of a reader, by id or name: the only ones there are for it",
} as const satisfies JsonSchema;

const kind = {
  type: "string",
  maxLength: 8,
  enum: ["admin", "reader"],
} as const satisfies JsonSchema;

export const TOKEN_CREATE = {
  type: "object",
  additionalProperties: false,
  required: ["name", "kind"],
  properties: {
    name: { type: "string", minLength: 1, maxLength: 128, pattern: LINE_PATTERN },
    kind,
    mayReveal: {
      type: "boolean",
      description: "Of an admin: false unless given. A reader may always reveal",
    },
    applications,
    ttlHours: {
      type: "integer",
      minimum: 1,
      maximum: TOKEN_TTL_HOURS_MAX,
      description: "720 unless given",
    },
  },
} as const satisfies JsonSchema;
export type TokenCreate = FromSchema<typeof TOKEN_CREATE>;

const view = {
  tokenId: text,
  name: text,
  kind,
  mayReveal: { type: "boolean" },
  applications,
  createdAtMs: instantMs,
  createdBy: text,
  expiresAtMs: instantMs,
} as const;

const required = [
  "tokenId",
  "name",
  "kind",
  "mayReveal",
  "applications",
  "createdAtMs",
  "createdBy",
  "expiresAtMs",
] as const;

export const TOKEN = {
  type: "object",
  additionalProperties: false,
  required,
  properties: view,
} as const satisfies JsonSchema;
export type TokenView = FromSchema<typeof TOKEN>;

export const TOKEN_CREATED = {
  type: "object",
  additionalProperties: false,
  required,
  properties: {
    ...view,
    token: {
      ...text,
      description: "Shown this once; absent when an idempotency key was sent again",
    },
  },
} as const satisfies JsonSchema;
export type TokenCreated = FromSchema<typeof TOKEN_CREATED>;

export const TOKEN_LIST = {
  type: "object",
  additionalProperties: false,
  required: ["items"],
  properties: { items: { type: "array", maxItems: TOKENS_LISTED_MAX, items: TOKEN } },
} as const satisfies JsonSchema;
export type TokenList = FromSchema<typeof TOKEN_LIST>;
