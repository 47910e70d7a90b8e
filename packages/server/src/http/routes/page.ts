import type { Page } from "../node-operations.ts";

const LIMIT = 100;

/** The page a query asks for; its form was checked against the route table. */
export function pageOf(query: { readonly limit?: string; readonly after?: string }): Page {
  return { limit: query.limit === undefined ? LIMIT : Number(query.limit), after: query.after };
}
