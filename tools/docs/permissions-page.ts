/** `docs/permissions.md`: what the route table and the rule of permissions say together. */
import { PERMISSIONS, ROUTES, type Permission, type RouteSpec } from "@chatelaine/protocol";
import type { Caller } from "../../packages/server/src/domain/access/caller.ts";
import { mayDo } from "../../packages/server/src/domain/access/permissions.ts";

const INTRODUCTION = `# Permissions

Each route has one permission, and a kind of caller has it or not. This page is made from the route table and from the rule that the node itself asks.

- **nobody**: a request without a token on the loopback address, or with one that is unknown, expired, revoked or forged, wherever it is sent. What it lacks is answered with [authentication-required](errors/authentication-required.md).
- **reader**: an API token for some applications. Any other application, with all that is in it, does not exist for it: [application-not-found](errors/application-not-found.md), and lists leave it out.
- **admin**: an API token for all applications. It opens masked fields only if it was made with \`--may-reveal\`.
- **local administrator**: whoever can open the socket in the state directory, as long as the request carries no token. A token decides wherever it is sent, so that a program can be tried with the rights that it will have.

What a token lacks is answered with [permission-denied](errors/permission-denied.md); what is done on the socket only, with [local-socket-required](errors/local-socket-required.md). Both refusals, and a missing or bad token, are in the audit as \`request.refuse\`.

No permission is given by the accounts that an application names (\`applicationUsers\`, \`applicationAdministrators\`): they are kept for the roles of Enterprise SSO, which are still to come.
`;

const ORIGIN = { name: "", source: "", requestId: "" };
const TOKEN = { ...ORIGIN, applications: [] };

/** The kinds of caller, in the order of the columns. */
const CALLERS = {
  nobody: { ...ORIGIN, kind: "nobody" },
  reader: { ...TOKEN, kind: "reader-token", mayReveal: true },
  admin: { ...TOKEN, kind: "admin-token", mayReveal: false },
  "admin that may reveal": { ...TOKEN, kind: "admin-token", mayReveal: true },
  "local administrator": { ...ORIGIN, kind: "local-administrator" },
} as const satisfies Record<string, Caller>;

/** Permissions that a reader has for its own applications only. */
const OF_APPLICATIONS: readonly Permission[] = ["application.read", "config.read", "config.reveal"];

/** The whole page, not yet formatted. */
export function permissionsText(): string {
  const head = ["route", "permission", ...Object.keys(CALLERS)];
  const rows = Object.entries<RouteSpec>(ROUTES)
    .sort(([, a], [, b]) => PERMISSIONS.indexOf(a.permission) - PERMISSIONS.indexOf(b.permission))
    .map(([id, { permission }]) => [`\`${id}\``, `\`${permission}\``, ...answers(permission)]);
  const table = [head, head.map(() => "-"), ...rows].map((cells) => `| ${cells.join(" | ")} |`);
  return `${INTRODUCTION}\n${table.join("\n")}\n`;
}

function answers(permission: Permission): readonly string[] {
  return Object.values<Caller>(CALLERS).map((caller) => {
    if (!mayDo(caller, permission)) {
      return "no";
    }
    return caller.kind === "reader-token" && OF_APPLICATIONS.includes(permission) ? "own" : "yes";
  });
}
