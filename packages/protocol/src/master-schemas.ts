import type { FromSchema, JsonSchema } from "./json-schema.ts";
import { text } from "./schema-parts.ts";

/** Bodies about who is master secret server, and who may be. */

const node = {
  type: "object",
  additionalProperties: false,
  required: ["nodeId", "nodeName"],
  properties: { nodeId: text, nodeName: text },
} as const satisfies JsonSchema;

export const MASTER_VIEW = {
  type: "object",
  additionalProperties: false,
  required: ["failover", "epoch", "isValid"],
  properties: {
    failover: {
      type: "string",
      maxLength: 16,
      enum: ["automatic", "manual"],
      description: "Manual: only the designated node may be master secret server",
    },
    epoch: { type: "string", maxLength: 20, description: "Decimal" },
    isValid: { type: "boolean", description: "Its lease had not run out when it was read" },
    last: { ...node, description: "Who took the role last, and holds it if the lease is valid" },
    designated: node,
  },
} as const satisfies JsonSchema;
export type MasterView = FromSchema<typeof MASTER_VIEW>;

const byIdOrName = {
  type: "object",
  additionalProperties: false,
  required: ["node"],
  properties: { node: { ...text, description: "Its id, or a name that no other has" } },
} as const satisfies JsonSchema;

export const DESIGNATION = byIdOrName;
export const MOVE_PARAMETERS = byIdOrName;

export const ROLE_MOVED = {
  type: "object",
  additionalProperties: false,
  required: ["isTaken", "master"],
  properties: {
    isTaken: { type: "boolean", description: "Another node has the role now" },
    master: MASTER_VIEW,
  },
} as const satisfies JsonSchema;
export type RoleMoved = FromSchema<typeof ROLE_MOVED>;
