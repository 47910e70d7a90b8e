import type { ErrorCode, RouteId } from "@chatelaine/protocol";

/** Kinds of caller, in the order of the table's columns. */
export const CALLERS = [
  "no token",
  "an unknown token",
  "no token at all, but something else",
  "an expired token",
  "a revoked token",
  "a reader of another application",
  "a reader",
  "an admin",
  "an admin that may reveal",
  "the local administrator",
  "an unknown token on the socket",
  "a reader of another application on the socket",
  "an admin on the socket",
] as const;
export type CallerKind = (typeof CALLERS)[number];

/** What the caller gets: the answer, or the code of a refusal. */
export type Outcome = "answered" | ErrorCode;

const OUTCOMES: Readonly<Record<string, Outcome>> = {
  ok: "answered",
  401: "authentication-required",
  403: "permission-denied",
  sock: "local-socket-required",
  404: "application-not-found",
  none: "bindings-not-found",
};

/**
 * Who may do what, written by hand and not taken from the code. Each row: the callers as above;
 * `sock` is 403 as well, and says that the route is for the node's own socket.
 */
const TABLE: Readonly<Record<RouteId, string>> = {
  // no   unkn bad  exp  revo othr read admn revl locl unk  othr admn
  "health.live": "ok   ok   ok   ok   ok   ok   ok   ok   ok   ok   ok   ok   ok",
  "health.ready": "ok   ok   ok   ok   ok   ok   ok   ok   ok   ok   ok   ok   ok",
  "metrics.read": "ok   ok   ok   ok   ok   ok   ok   ok   ok   ok   ok   ok   ok",
  "openapi.read": "ok   ok   ok   ok   ok   ok   ok   ok   ok   ok   ok   ok   ok",
  "status.read": "401  401  401  401  401  403  403  ok   ok   ok   401  403  ok",
  "status.nodes": "401  401  401  401  401  403  403  ok   ok   ok   401  403  ok",
  "cache.purge": "401  401  401  401  401  403  403  ok   ok   ok   401  403  ok",
  "node.list": "401  401  401  401  401  403  403  ok   ok   ok   401  403  ok",
  "node.show": "401  401  401  401  401  403  403  ok   ok   ok   401  403  ok",
  "node.invite": "sock sock sock sock sock sock sock sock sock ok   sock sock sock",
  "node.promote": "sock sock sock sock sock sock sock sock sock ok   sock sock sock",
  "node.revoke": "sock sock sock sock sock sock sock sock sock ok   sock sock sock",
  "system.accept-database": "sock sock sock sock sock sock sock sock sock ok   sock sock sock",
  "master.show": "401  401  401  401  401  403  403  ok   ok   ok   401  403  ok",
  "master.designate": "sock sock sock sock sock sock sock sock sock ok   sock sock sock",
  "master.designate-nobody": "sock sock sock sock sock sock sock sock sock ok   sock sock sock",
  "master.step-down": "sock sock sock sock sock sock sock sock sock ok   sock sock sock",
  "master.move": "sock sock sock sock sock sock sock sock sock ok   sock sock sock",
  "secret.status": "sock sock sock sock sock sock sock sock sock ok   sock sock sock",
  "secret.backup": "sock sock sock sock sock sock sock sock sock ok   sock sock sock",
  "secret.backup.verify": "sock sock sock sock sock sock sock sock sock ok   sock sock sock",
  "secret.restore": "sock sock sock sock sock sock sock sock sock ok   sock sock sock",
  "application.list": "401  401  401  401  401  ok   ok   ok   ok   ok   401  ok   ok",
  "application.create": "401  401  401  401  401  403  403  ok   ok   ok   401  403  ok",
  "application.show": "401  401  401  401  401  404  ok   ok   ok   ok   401  404  ok",
  "application.update": "401  401  401  401  401  403  403  ok   ok   ok   401  403  ok",
  "application.enable": "401  401  401  401  401  403  403  ok   ok   ok   401  403  ok",
  "application.disable": "401  401  401  401  401  403  403  ok   ok   ok   401  403  ok",
  "application.delete": "401  401  401  401  401  403  403  ok   ok   ok   401  403  ok",
  "config.list": "401  401  401  401  401  404  ok   ok   ok   ok   401  404  ok",
  "config.get": "401  401  401  401  401  404  ok   ok   ok   ok   401  404  ok",
  "config.reveal": "401  401  401  401  401  404  ok   403  ok   ok   401  404  403",
  "config.set": "401  401  401  401  401  403  403  ok   ok   ok   401  403  ok",
  "config.delete": "401  401  401  401  401  403  403  ok   ok   ok   401  403  ok",
  "config.batch-get": "401  401  401  401  401  404  ok   ok   ok   ok   401  404  ok",
  "config.batch-reveal": "401  401  401  401  401  404  ok   403  ok   ok   401  404  403",
  "config.history": "401  401  401  401  401  404  ok   ok   ok   ok   401  404  ok",
  "config.roll-back": "401  401  401  401  401  403  403  ok   ok   ok   401  403  ok",
  "bindings.import": "401  401  401  401  401  403  403  ok   ok   ok   401  403  ok",
  "bindings.progress": "401  401  401  401  401  403  403  ok   ok   ok   401  403  ok",
  "bindings.list": "401  401  401  401  401  ok   ok   ok   ok   ok   401  ok   ok",
  "bindings.export": "401  401  401  401  401  none ok   ok   ok   ok   401  none ok",
  "bindings.reveal": "401  401  401  401  401  none ok   403  ok   ok   401  none 403",
  "bindings.delete": "401  401  401  401  401  403  403  ok   ok   ok   401  403  ok",
  "application.import": "401  401  401  401  401  403  403  ok   ok   ok   401  403  ok",
  "config.import": "401  401  401  401  401  403  403  ok   ok   ok   401  403  ok",
  "token.create": "401  401  401  401  401  403  403  ok   ok   ok   401  403  ok",
  "token.list": "401  401  401  401  401  403  403  ok   ok   ok   401  403  ok",
  "token.revoke": "401  401  401  401  401  403  403  ok   ok   ok   401  403  ok",
  "audit.list": "401  401  401  401  401  403  403  ok   ok   ok   401  403  ok",
  "event.list": "401  401  401  401  401  403  403  ok   ok   ok   401  403  ok",
  "event.stream": "401  401  401  401  401  403  403  ok   ok   ok   401  403  ok",
};

export const ROUTES_IN_TABLE = Object.keys(TABLE);

/** The outcome for each kind of caller. */
export function expectedOutcomes(route: RouteId): Readonly<Record<string, Outcome | undefined>> {
  const cells = TABLE[route].split(/ +/);
  return Object.fromEntries(CALLERS.map((caller, index) => [caller, OUTCOMES[cells[index] ?? ""]]));
}
