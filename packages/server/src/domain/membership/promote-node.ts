import type { NodeView } from "@chatelaine/protocol";
import { CodedError } from "../../base/coded-error.ts";
import type { Caller } from "../access/caller.ts";
import { changeNodes, type ChangeNodesDeps } from "./change-nodes.ts";
import { renderNode } from "./list-nodes.ts";
import { findNode, newWarrant } from "./new-warrant.ts";

/**
 * Makes a candidate of a member, by id or name: a new warrant, the one before revoked, and the
 * whole keyring sealed to it. Throws `node-not-found`, `node-not-changeable`, `charter-full`, and
 * what `changeNodes` throws.
 */
export async function promoteNode(
  deps: ChangeNodesDeps,
  caller: Caller,
  idOrName: string,
): Promise<NodeView> {
  const warrant = await changeNodes(deps, "node.promote", async (loaded) => {
    const before = await findNode(deps, loaded, idOrName);
    const { role, addresses, nodeId } = before.warrant;
    if (role === "candidate" || addresses.length === 0) {
      throw new CodedError("node-not-changeable", {
        detail:
          role === "candidate"
            ? "that node is a candidate already"
            : "a candidate must be reached by others; let the node join anew with --advertise",
      });
    }
    const made = await newWarrant(deps, loaded, before, { role: "candidate" });
    return {
      result: made.warrant,
      write: async (stores) => {
        await made.write(stores);
        const entry = deps.records.auditor.entry(caller, "node.promote", { nodeId });
        await stores.audit.record(entry);
      },
    };
  });
  deps.records.events.raise("node.promoted", { node: warrant.nodeId });
  return renderNode(warrant);
}
