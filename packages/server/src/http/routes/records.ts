import type { RecordOperations } from "../node-operations.ts";
import type { HandlersOf } from "../route.ts";
import { pageOf } from "./page.ts";

export function recordHandlers(
  records: RecordOperations,
): HandlersOf<"audit"> & HandlersOf<"event"> {
  return {
    "audit.list": async ({ query }) => ({
      json: await records.audit({
        ...pageOf(query),
        action: query.action,
        applicationId: query.application,
      }),
    }),
    "event.list": async ({ query }) => ({ json: records.events(pageOf(query)) }),
    "event.stream": async ({ query }) => ({
      json: (ready) => records.follow(query.after, ready),
    }),
  };
}
