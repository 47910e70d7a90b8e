import type { ErrorCode } from "./errors.ts";
import type { JsonSchema } from "./json-schema.ts";
import {
  BACKUP_MADE,
  BACKUP_PARAMETERS,
  BACKUP_REPORT,
  HEALTH,
  LIVENESS,
  NODE_STATUS,
  RESTORE_REPORT,
  SECRET_STATUS,
  VERIFY_PARAMETERS,
} from "./schemas.ts";

/** Who may call a route. */
export type Access =
  | "anyone" // says nothing about the system but that it lives
  | "local-administrator"; // the Unix socket in the state directory

/** How a body travels: JSON, or length-prefixed parts of which the first is JSON. */
export interface Body {
  readonly json: JsonSchema;
  /** Names of the binary parts behind the JSON one. */
  readonly parts?: readonly string[];
}

export interface RouteSpec {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly access: Access;
  readonly summary: string;
  readonly request?: Body;
  /** Absent for the one route that answers text (`/metrics`). */
  readonly response?: Body;
  /** Beyond those that any route may answer. */
  readonly errors: readonly ErrorCode[];
}

/** The route table: the server mounts it, the SDK calls it, the documents list it. */
export const ROUTES = {
  "health.live": {
    method: "GET",
    path: "/livez",
    access: "anyone",
    summary: "The process answers. Never depends on the master secret or the database.",
    response: { json: LIVENESS },
    errors: [],
  },
  "health.ready": {
    method: "GET",
    path: "/readyz",
    access: "anyone",
    summary: "200 if the node can read, else 503; the three words of its health either way.",
    response: { json: HEALTH },
    errors: [],
  },
  "metrics.read": {
    method: "GET",
    path: "/metrics",
    access: "anyone",
    summary: "Metrics in the text format of Prometheus.",
    errors: [],
  },
  "status.read": {
    method: "GET",
    path: "/v1/status",
    access: "local-administrator",
    summary: "What this node is, holds and waits for.",
    response: { json: NODE_STATUS },
    errors: [],
  },
  "secret.status": {
    method: "GET",
    path: "/v1/secret",
    access: "local-administrator",
    summary: "The versions of the master secret and the backups that cover them.",
    response: { json: SECRET_STATUS },
    errors: ["statement-not-authentic", "database-unavailable"],
  },
  "secret.backup": {
    method: "POST",
    path: "/v1/secret/backups",
    access: "local-administrator",
    summary: "Makes a backup file of the keyring, encrypted with the passphrase.",
    request: { json: BACKUP_PARAMETERS, parts: ["passphrase"] },
    response: { json: BACKUP_MADE, parts: ["file"] },
    errors: ["passphrase-unfit", "master-secret-unavailable", "not-master-secret-server"],
  },
  "secret.backup.verify": {
    method: "POST",
    path: "/v1/secret/backups/verify",
    access: "local-administrator",
    summary: "Opens a backup file, compares it with the charter and records that it is good.",
    request: { json: VERIFY_PARAMETERS, parts: ["passphrase", "file"] },
    response: { json: BACKUP_REPORT },
    errors: [
      "backup-wrong-passphrase",
      "backup-damaged",
      "backup-newer-format",
      "backup-not-a-backup",
      "backup-wrong-system",
      "backup-lacks-version",
      "not-master-secret-server",
    ],
  },
  "secret.restore": {
    method: "POST",
    path: "/v1/secret/restore",
    access: "local-administrator",
    summary: "Gives a node that cannot open its keyring the master secret from a backup file.",
    request: {
      json: { type: "object", additionalProperties: false },
      parts: ["passphrase", "file"],
    },
    response: { json: RESTORE_REPORT },
    errors: [
      "backup-wrong-passphrase",
      "backup-damaged",
      "backup-newer-format",
      "backup-not-a-backup",
      "backup-wrong-system",
      "backup-lacks-version",
      "statement-not-authentic",
    ],
  },
} as const satisfies Record<string, RouteSpec>;

export type RouteId = keyof typeof ROUTES;
