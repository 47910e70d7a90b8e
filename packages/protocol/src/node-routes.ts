import {
  ACCEPTED_DATABASE,
  INVITATION,
  INVITE_PARAMETERS,
  NODE,
  NODE_LIST,
} from "./node-schemas.ts";
import type { RouteSpec } from "./route-spec.ts";
import { text } from "./schema-parts.ts";

const empty = { json: { type: "object", additionalProperties: false } } as const;

const params = {
  type: "object",
  additionalProperties: false,
  required: ["nodeId"],
  properties: { nodeId: text },
} as const;

export const NODE_ROUTES = {
  "node.list": {
    method: "GET",
    path: "/v1/nodes",
    permission: "status.read",
    summary: "The nodes of the system, as their warrants say.",
    response: { json: NODE_LIST },
    errors: ["statement-not-authentic", "database-unavailable"],
  },
  "node.show": {
    method: "GET",
    path: "/v1/nodes/:nodeId",
    permission: "status.read",
    summary: "One node, by id or name.",
    params,
    response: { json: NODE },
    errors: ["node-not-found", "statement-not-authentic", "database-unavailable"],
  },
  "node.invite": {
    method: "POST",
    path: "/v1/nodes/invitations",
    permission: "local-administrator",
    summary: "Makes a join token for one new node.",
    request: { json: INVITE_PARAMETERS },
    response: { json: INVITATION, parts: ["token"] },
    errors: ["node-not-advertised", "master-secret-unavailable", "not-master-secret-server"],
  },
  "node.promote": {
    method: "POST",
    path: "/v1/nodes/:nodeId/promote",
    permission: "local-administrator",
    summary: "Makes a candidate of a member.",
    params,
    request: empty,
    response: { json: NODE },
    errors: [
      "node-not-found",
      "node-not-changeable",
      "charter-full",
      "master-secret-unavailable",
      "not-master-secret-server",
    ],
  },
  "node.revoke": {
    method: "DELETE",
    path: "/v1/nodes/:nodeId",
    permission: "local-administrator",
    summary: "Revokes a node for ever. Rotate the master secret afterwards.",
    params,
    response: { json: NODE_LIST },
    errors: [
      "node-not-found",
      "node-not-changeable",
      "charter-full",
      "master-secret-unavailable",
      "not-master-secret-server",
    ],
  },
  "system.accept-database": {
    method: "POST",
    path: "/v1/system/accept-database",
    permission: "local-administrator",
    summary: "Goes on with an SSO database that is older than what this node has seen.",
    request: empty,
    response: { json: ACCEPTED_DATABASE },
    errors: [
      "database-not-behind",
      "master-secret-unavailable",
      "master-secret-server-active",
      "statement-not-authentic",
    ],
  },
} as const satisfies Record<string, RouteSpec>;
