import type { NodeOperations } from "./node-operations.ts";
import { openApiText } from "./openapi.ts";
import type { Handlers } from "./route.ts";
import { applicationHandlers } from "./routes/application.ts";
import { bindingsHandlers } from "./routes/bindings.ts";
import { configHandlers } from "./routes/config.ts";
import { masterHandlers } from "./routes/master.ts";
import { nodeHandlers } from "./routes/node.ts";
import { recordHandlers } from "./routes/records.ts";
import { secretHandlers } from "./routes/secret.ts";
import { tokenHandlers } from "./routes/token.ts";

/** A handler for each route of the table: one use case, and its answer. */
export function makeHandlers(node: NodeOperations, software: string): Handlers {
  const openApi = openApiText(software);
  return {
    "health.live": async () => ({ json: { live: true } }),
    "health.ready": async () => {
      const health = node.node.health();
      return { status: health.canRead ? 200 : 503, json: health };
    },
    "metrics.read": async () => ({ json: await node.node.metrics() }),
    "status.read": async () => ({ json: await node.node.status() }),
    "status.nodes": async () => ({ json: await node.node.system() }),
    "cache.purge": async () => ({ json: await node.node.purgeLookups() }),
    "openapi.read": async () => ({ json: openApi }),
    ...nodeHandlers(node.cluster),
    ...masterHandlers(node.master),
    ...secretHandlers(node.secret),
    ...applicationHandlers(node.applications),
    ...configHandlers(node.items),
    ...bindingsHandlers(node.bindings),
    ...tokenHandlers(node.tokens),
    ...recordHandlers(node.records),
  };
}
