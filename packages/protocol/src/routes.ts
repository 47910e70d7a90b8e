import { APPLICATION_ROUTES } from "./application-routes.ts";
import { BINDINGS_ROUTES } from "./bindings-routes.ts";
import { CONFIG_ROUTES } from "./config-routes.ts";
import { MASTER_ROUTES } from "./master-routes.ts";
import { NODE_ROUTES } from "./node-routes.ts";
import { RECORD_ROUTES } from "./record-routes.ts";
import type { RouteSpec } from "./route-spec.ts";
import {
  BACKUP_MADE,
  BACKUP_PARAMETERS,
  BACKUP_REPORT,
  HEALTH,
  LIVENESS,
  NODE_STATUS,
  PURGED,
  RESTORE_REPORT,
  SECRET_STATUS,
  SYSTEM_STATUS,
  VERIFY_PARAMETERS,
} from "./schemas.ts";

/** The route table: the server mounts it, the SDK calls it, the documents list it. */
export const ROUTES = {
  "health.live": {
    method: "GET",
    path: "/livez",
    permission: "anyone",
    summary: "The process answers. Never depends on the master secret or the database.",
    response: { json: LIVENESS },
    errors: [],
  },
  "health.ready": {
    method: "GET",
    path: "/readyz",
    permission: "anyone",
    summary: "200 if the node can read, else 503; the three words of its health either way.",
    response: { json: HEALTH },
    errors: [],
  },
  "metrics.read": {
    method: "GET",
    path: "/metrics",
    permission: "anyone",
    summary: "Metrics in the text format of Prometheus.",
    text: "text/plain; version=0.0.4; charset=utf-8",
    errors: [],
  },
  "status.read": {
    method: "GET",
    path: "/v1/status",
    permission: "status.read",
    summary: "What this node is, holds and waits for.",
    response: { json: NODE_STATUS },
    errors: [],
  },
  "status.nodes": {
    method: "GET",
    path: "/v1/status/nodes",
    permission: "status.read",
    summary: "The whole system: what each node says of itself, and which ones do not answer.",
    response: { json: SYSTEM_STATUS },
    errors: ["database-unavailable"],
  },
  "cache.purge": {
    method: "POST",
    path: "/v1/cache/purge",
    permission: "cache.manage",
    summary:
      "Drops what every node keeps of lookups for the time without a database, and names the " +
      "nodes that do not answer.",
    response: { json: PURGED },
    errors: [],
  },
  "secret.status": {
    method: "GET",
    path: "/v1/secret",
    permission: "local-administrator",
    summary: "The versions of the master secret and the backups that cover them.",
    response: { json: SECRET_STATUS },
    errors: ["statement-not-authentic", "database-unavailable"],
  },
  "secret.backup": {
    method: "POST",
    path: "/v1/secret/backups",
    permission: "local-administrator",
    summary: "Makes a backup file of the keyring, encrypted with the passphrase.",
    request: { json: BACKUP_PARAMETERS, parts: ["passphrase"] },
    response: { json: BACKUP_MADE, parts: ["file"] },
    errors: ["passphrase-unfit", "master-secret-unavailable", "not-master-secret-server"],
  },
  "secret.backup.verify": {
    method: "POST",
    path: "/v1/secret/backups/verify",
    permission: "local-administrator",
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
    permission: "local-administrator",
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
      "node-not-designated",
      "statement-not-authentic",
    ],
  },
  ...NODE_ROUTES,
  ...MASTER_ROUTES,
  ...APPLICATION_ROUTES,
  ...CONFIG_ROUTES,
  ...BINDINGS_ROUTES,
  ...RECORD_ROUTES,
} as const satisfies Record<string, RouteSpec>;

export type RouteId = keyof typeof ROUTES;

/** Routes whose answer goes on until one side ends it. */
export type StreamRouteId = {
  [Id in RouteId]: (typeof ROUTES)[Id] extends { readonly stream: string } ? Id : never;
}[RouteId];

/** Routes that are asked and answer. */
export type CallableRouteId = Exclude<RouteId, StreamRouteId>;
