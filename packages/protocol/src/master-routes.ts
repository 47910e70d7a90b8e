import { DESIGNATION, MASTER_VIEW, MOVE_PARAMETERS, ROLE_MOVED } from "./master-schemas.ts";
import type { RouteSpec } from "./route-spec.ts";

const empty = { json: { type: "object", additionalProperties: false } } as const;

export const MASTER_ROUTES = {
  "master.show": {
    method: "GET",
    path: "/v1/master",
    permission: "status.read",
    summary: "Who is master secret server by the database, and who may be it.",
    response: { json: MASTER_VIEW },
    errors: ["statement-not-authentic", "database-unavailable"],
  },
  "master.designate": {
    method: "POST",
    path: "/v1/master/designation",
    permission: "local-administrator",
    summary: "Makes failover manual: only that node may be master secret server.",
    request: { json: DESIGNATION },
    response: { json: MASTER_VIEW },
    errors: ["node-not-found", "master-secret-server-active", "statement-not-authentic"],
  },
  "master.designate-nobody": {
    method: "DELETE",
    path: "/v1/master/designation",
    permission: "local-administrator",
    summary: "Makes failover automatic: any candidate may be master secret server.",
    response: { json: MASTER_VIEW },
    errors: ["master-secret-server-active", "statement-not-authentic"],
  },
  "master.step-down": {
    method: "POST",
    path: "/v1/master/step-down",
    permission: "local-administrator",
    summary: "Gives the role up, so that another candidate takes it.",
    request: empty,
    response: { json: ROLE_MOVED },
    errors: ["not-master-secret-server"],
  },
  "master.move": {
    method: "POST",
    path: "/v1/master/move",
    permission: "local-administrator",
    summary: "Gives the role to another candidate, once that is ready.",
    request: { json: MOVE_PARAMETERS },
    response: { json: ROLE_MOVED },
    errors: ["node-not-found", "node-not-changeable", "node-not-ready", "not-master-secret-server"],
  },
} as const satisfies Record<string, RouteSpec>;
