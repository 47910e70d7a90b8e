import type { FromSchema, JsonSchema } from "./json-schema.ts";
import { instantMs, text } from "./schema-parts.ts";

/** Schemas of the bodies, as plain data, and the types they stand for. */

const PATH_MAX = 4096;
/** No half of a surrogate pair: the path is under a stamp, as UTF-8. */
const WHOLE_CHARACTERS = "^[^\\p{Cs}]+$";

export const LIVENESS = {
  type: "object",
  additionalProperties: false,
  required: ["live"],
  properties: { live: { type: "boolean" } },
} as const satisfies JsonSchema;

export const HEALTH = {
  type: "object",
  additionalProperties: false,
  required: ["canRead", "canSeal", "isMaster"],
  properties: {
    canRead: { type: "boolean", description: "Holds the master secret: lookups are answered" },
    canSeal: { type: "boolean", description: "May encrypt new values" },
    isMaster: { type: "boolean", description: "Is the master secret server" },
    waitingFor: { ...text, description: "What is missing, and the command that brings it" },
  },
} as const satisfies JsonSchema;
export type Health = FromSchema<typeof HEALTH>;

const version = {
  type: "object",
  additionalProperties: false,
  required: ["number", "state", "checkValue"],
  properties: {
    number: { type: "integer", minimum: 1 },
    state: {
      type: "string",
      maxLength: 16,
      enum: ["prepared", "primary", "retired", "destroyed"],
    },
    checkValue: { type: "string", maxLength: 64, description: "Hex; public, names the version" },
  },
} as const satisfies JsonSchema;

const versions = { type: "array", items: version, maxItems: 10_000 } as const satisfies JsonSchema;

export const NODE_STATUS = {
  type: "object",
  additionalProperties: false,
  required: [
    "systemId",
    "nodeId",
    "nodeName",
    "role",
    "software",
    "database",
    "health",
    "cachedSecret",
    "mastership",
    "charterSerial",
    "trial",
    "startedAtMs",
  ],
  properties: {
    systemId: text,
    nodeId: text,
    nodeName: text,
    role: { type: "string", maxLength: 16, enum: ["candidate", "member"] },
    software: text,
    database: { type: "string", maxLength: 16, enum: ["sqlite", "postgres"] },
    health: HEALTH,
    cachedSecret: {
      type: "string",
      maxLength: 16,
      enum: ["empty", "confirmed", "degraded", "revoked"],
    },
    mastership: {
      type: "string",
      maxLength: 16,
      enum: ["standby", "active", "suspended", "stepping-down"],
    },
    epoch: { type: "string", maxLength: 20, description: "Decimal; absent while standby" },
    incarnation: {
      type: "string",
      maxLength: 20,
      description: "Of the charter; absent while there is no database",
    },
    charterSerial: { type: "string", maxLength: 20 },
    keyringRevision: { type: "string", maxLength: 20 },
    trial: { type: "boolean", description: "No backup elsewhere has been verified" },
    startedAtMs: instantMs,
    masterSinceMs: { ...instantMs, description: "Since when it has the role; absent without it" },
    lastConfirmedMs: {
      ...instantMs,
      description: "When it was last certain of the master secret server; absent if it never was",
    },
    rotationRequired: {
      type: "boolean",
      description: "A node that held the master secret was revoked since the last rotation",
    },
    databaseReachable: { type: "boolean", description: "The SSO database answers this node" },
  },
} as const satisfies JsonSchema;
export type NodeStatus = FromSchema<typeof NODE_STATUS>;

const nodeInSystem = {
  type: "object",
  additionalProperties: false,
  required: ["nodeId", "nodeName", "role", "addresses", "isThisNode"],
  properties: {
    nodeId: text,
    nodeName: text,
    role: { type: "string", maxLength: 16, enum: ["candidate", "member"] },
    addresses: { type: "array", items: text, maxItems: 32 },
    isThisNode: { type: "boolean" },
    status: NODE_STATUS,
    problem: { ...text, description: "Instead of `status`: the code of why there is none" },
  },
} as const satisfies JsonSchema;

export const SYSTEM_STATUS = {
  type: "object",
  additionalProperties: false,
  required: ["systemId", "atMs", "nodes"],
  properties: {
    systemId: text,
    atMs: instantMs,
    master: {
      type: "object",
      additionalProperties: false,
      required: ["nodeId", "nodeName", "epoch"],
      description: "The master secret server; absent if no node that answers is",
      properties: {
        nodeId: text,
        nodeName: text,
        epoch: { type: "string", maxLength: 20, description: "Decimal" },
        sinceMs: instantMs,
      },
    },
    nodes: { type: "array", items: nodeInSystem, maxItems: 10_000 },
  },
} as const satisfies JsonSchema;
export type SystemStatus = FromSchema<typeof SYSTEM_STATUS>;

export const PURGED = {
  type: "object",
  additionalProperties: false,
  required: ["rows", "nodes", "notReached"],
  properties: {
    rows: { type: "integer", minimum: 0, description: "How many were dropped, on all nodes" },
    nodes: { type: "integer", minimum: 1, description: "How many nodes have dropped theirs" },
    notReached: {
      type: "array",
      maxItems: 10_000,
      description: "Those that may keep some still",
      items: {
        type: "object",
        additionalProperties: false,
        required: ["nodeId", "nodeName", "problem"],
        properties: { nodeId: text, nodeName: text, problem: text },
      },
    },
  },
} as const satisfies JsonSchema;
export type Purged = FromSchema<typeof PURGED>;

const backup = {
  type: "object",
  additionalProperties: false,
  required: ["backupId", "madeAtMs", "place", "versions"],
  properties: {
    backupId: text,
    madeAtMs: instantMs,
    verifiedAtMs: instantMs,
    place: {
      type: "string",
      maxLength: 16,
      enum: ["trial", "chosen"],
      description: "`trial`: only beside the trial system, on the same disk",
    },
    path: { type: "string", maxLength: PATH_MAX, description: "Where it was last seen" },
    versions: { type: "array", items: { type: "integer", minimum: 1 }, maxItems: 10_000 },
  },
} as const satisfies JsonSchema;
export type BackupSummary = FromSchema<typeof backup>;

export const SECRET_STATUS = {
  type: "object",
  additionalProperties: false,
  required: ["versions", "backups", "isBackedUp", "trial"],
  properties: {
    versions,
    backups: { type: "array", items: backup, maxItems: 1000 },
    isBackedUp: { type: "boolean", description: "A verified backup covers every version" },
    trial: { type: "boolean" },
  },
} as const satisfies JsonSchema;
export type SecretStatus = FromSchema<typeof SECRET_STATUS>;

export const BACKUP_PARAMETERS = {
  type: "object",
  additionalProperties: false,
  required: ["path"],
  properties: {
    path: { type: "string", minLength: 1, maxLength: PATH_MAX, pattern: WHOLE_CHARACTERS },
    reminder: { ...text, description: "Not secret: lies in clear beside the file" },
  },
} as const satisfies JsonSchema;
export type BackupParameters = FromSchema<typeof BACKUP_PARAMETERS>;

export const BACKUP_MADE = {
  type: "object",
  additionalProperties: false,
  required: ["backupId", "systemId", "nodeName", "madeAtMs", "versions"],
  properties: {
    backupId: text,
    systemId: text,
    nodeName: text,
    madeAtMs: instantMs,
    versions,
  },
} as const satisfies JsonSchema;
export type BackupMade = FromSchema<typeof BACKUP_MADE>;

export const VERIFY_PARAMETERS = {
  type: "object",
  additionalProperties: false,
  required: ["path"],
  properties: {
    path: { type: "string", minLength: 1, maxLength: PATH_MAX, pattern: WHOLE_CHARACTERS },
  },
} as const satisfies JsonSchema;
export type VerifyParameters = FromSchema<typeof VERIFY_PARAMETERS>;

export const BACKUP_REPORT = {
  type: "object",
  additionalProperties: false,
  required: [
    "backupId",
    "systemId",
    "nodeName",
    "madeAtMs",
    "versions",
    "missingVersions",
    "place",
  ],
  properties: {
    backupId: text,
    systemId: text,
    nodeName: text,
    madeAtMs: instantMs,
    versions,
    place: { type: "string", maxLength: 16, enum: ["trial", "chosen"] },
  },
} as const satisfies JsonSchema;
export type BackupReport = FromSchema<typeof BACKUP_REPORT>;

export const RESTORE_REPORT = {
  type: "object",
  additionalProperties: false,
  required: ["restoredVersions", "health"],
  properties: {
    restoredVersions: { type: "array", items: { type: "integer", minimum: 1 }, maxItems: 10_000 },
    health: HEALTH,
  },
} as const satisfies JsonSchema;
export type RestoreReport = FromSchema<typeof RESTORE_REPORT>;
