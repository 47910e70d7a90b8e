/** `docs/routes.md`: the route table for people. */
import { ROUTES, type RouteSpec } from "@chatelaine/protocol";

const INTRODUCTION = `# Routes

Every route of a node. [api.md](api.md) says how to call them, [permissions.md](permissions.md) who may, and \`GET /v1/openapi.json\` of a running node what they take and answer, field by field.

Any route may also answer [request-invalid](errors/request-invalid.md), [internal](errors/internal.md) and what keeps a node from working at all; any with a permission, [authentication-required](errors/authentication-required.md) and [permission-denied](errors/permission-denied.md).
`;

const TITLES: Readonly<Record<string, string>> = {
  health: "Health",
  metrics: "Metrics",
  status: "Status",
  node: "Nodes",
  system: "System",
  secret: "Master secret",
  application: "Applications",
  config: "Config items",
  bindings: "Binding files",
  token: "API tokens",
  audit: "Audit",
  event: "Events",
  openapi: "OpenAPI",
};

/** The whole page, not yet formatted. */
export function routesText(): string {
  const areas = Map.groupBy(Object.entries<RouteSpec>(ROUTES), ([id]) => id.split(".")[0] ?? id);
  const sections = [...areas].map(
    ([area, routes]) =>
      `## ${TITLES[area] ?? area}\n\n${routes.map(([id, spec]) => routeText(id, spec)).join("\n")}`,
  );
  return [INTRODUCTION, ...sections].join("\n");
}

function routeText(id: string, spec: RouteSpec): string {
  const query = Object.keys(spec.query?.properties ?? {});
  const facts = [
    ...(query.length === 0 ? [] : [`Query: ${query.map(code).join(", ")}.`]),
    ...(spec.request?.parts === undefined ? [] : [`Parts: ${spec.request.parts.join(", ")}.`]),
    ...headersOf(spec),
    ...(spec.errors.length === 0 ? [] : [`Errors: ${spec.errors.map(errorLink).join(", ")}.`]),
  ];
  const lines = [`**\`${id}\`** \`${spec.method} ${spec.path}\``, spec.summary, facts.join(" ")];
  return `${lines.filter((line) => line !== "").join("\\\n")}\n`;
}

function headersOf({ condition, isWrite }: RouteSpec): readonly string[] {
  const headers = [
    ...(condition === undefined ? [] : ["If-Match"]),
    ...(condition === "match-or-create" ? ["If-None-Match"] : []),
    ...(isWrite === true ? ["Idempotency-Key"] : []),
  ];
  return headers.length === 0 ? [] : [`Headers: ${headers.map(code).join(", ")}.`];
}

function code(word: string): string {
  return `\`${word}\``;
}

function errorLink(error: string): string {
  return `[${error}](errors/${error}.md)`;
}
