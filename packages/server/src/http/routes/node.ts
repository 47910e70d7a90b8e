import type { ClusterOperations } from "../node-operations.ts";
import type { HandlersOf } from "../route.ts";

export function nodeHandlers(nodes: ClusterOperations): HandlersOf<"node"> & HandlersOf<"system"> {
  return {
    "node.list": async () => ({ json: await nodes.list() }),
    "node.show": async ({ params }) => ({ json: await nodes.show(params.nodeId) }),
    "node.invite": async ({ caller, json }) => {
      const { view, token } = await nodes.invite(caller, json);
      return { status: 201, json: view, parts: [token] };
    },
    "node.promote": async ({ caller, params }) => ({
      json: await nodes.promote(caller, params.nodeId),
    }),
    "node.revoke": async ({ caller, params }) => ({
      json: await nodes.revoke(caller, params.nodeId),
    }),
    "system.accept-database": async ({ caller }) => ({ json: await nodes.acceptDatabase(caller) }),
  };
}
