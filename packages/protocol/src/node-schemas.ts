import type { FromSchema, JsonSchema } from "./json-schema.ts";
import { instantMs, text } from "./schema-parts.ts";

/** Bodies about nodes and what makes them: invitations, warrants, the charter. */

const NODES_LISTED_MAX = 10_000;
const ADDRESSES_MAX = 32;
/** The longest an invitation may be open, in minutes. */
export const INVITATION_TTL_MINUTES_MAX = 1440;

const role = {
  type: "string",
  maxLength: 16,
  enum: ["candidate", "member"],
  description: "A candidate may become master secret server",
} as const satisfies JsonSchema;

const serial = {
  type: "string",
  maxLength: 20,
  description: "Decimal",
} as const satisfies JsonSchema;

export const NODE = {
  type: "object",
  additionalProperties: false,
  required: ["nodeId", "name", "role", "addresses", "admissionSerial"],
  properties: {
    nodeId: text,
    name: text,
    role,
    addresses: {
      type: "array",
      maxItems: ADDRESSES_MAX,
      items: text,
      description: "Where other nodes reach it; none for a node that runs alone",
    },
    admissionSerial: { ...serial, description: "Serial of the charter that admitted it" },
  },
} as const satisfies JsonSchema;
export type NodeView = FromSchema<typeof NODE>;

export const NODE_LIST = {
  type: "object",
  additionalProperties: false,
  required: ["items", "charterSerial", "isRotationRequired"],
  properties: {
    items: { type: "array", maxItems: NODES_LISTED_MAX, items: NODE },
    charterSerial: serial,
    isRotationRequired: {
      type: "boolean",
      description: "A node that knew the master secret was revoked",
    },
  },
} as const satisfies JsonSchema;
export type NodeListView = FromSchema<typeof NODE_LIST>;

export const INVITE_PARAMETERS = {
  type: "object",
  additionalProperties: false,
  required: ["role"],
  properties: {
    role,
    ttlMinutes: {
      type: "integer",
      minimum: 1,
      maximum: INVITATION_TTL_MINUTES_MAX,
      description: "Unless given: 15 for a candidate, 60 for a member",
    },
  },
} as const satisfies JsonSchema;
export type InviteParameters = FromSchema<typeof INVITE_PARAMETERS>;

export const INVITATION = {
  type: "object",
  additionalProperties: false,
  required: ["nodeId", "role", "expiresAtMs", "addresses"],
  properties: {
    nodeId: { ...text, description: "Of the node that the machine will be" },
    role,
    expiresAtMs: instantMs,
    addresses: { type: "array", maxItems: 64, items: text, description: "Of the candidates" },
  },
} as const satisfies JsonSchema;
export type InvitationView = FromSchema<typeof INVITATION>;

export const ACCEPTED_DATABASE = {
  type: "object",
  additionalProperties: false,
  required: ["incarnation", "charterSerial", "relistedVersions"],
  properties: {
    incarnation: serial,
    charterSerial: serial,
    relistedVersions: {
      type: "array",
      maxItems: 10_000,
      items: { type: "integer", minimum: 1 },
      description: "Versions that the database did not know and this node holds",
    },
  },
} as const satisfies JsonSchema;
export type AcceptedDatabase = FromSchema<typeof ACCEPTED_DATABASE>;
