import type { NodeId } from "@chatelaine/crypto";
import type { NodeListView } from "@chatelaine/protocol";
import { CodedError } from "../../base/coded-error.ts";
import type { Caller } from "../access/caller.ts";
import { changeNodes, signedCharter, type ChangeNodesDeps } from "./change-nodes.ts";
import { isNodeId } from "../node/is-node-id.ts";
import { findWarrant, listNodes } from "./list-nodes.ts";
import type { LoadedAuthority } from "./load-authority.ts";
import { nextCharter } from "./next-charter.ts";

/**
 * Revokes a node for ever, by id or name: the charter names it, its row and the keyring sealed to
 * it are gone. It knew the master secret, so a rotation is required from then on. A row that is
 * not authentic can be revoked too, by its id. The master secret server cannot revoke itself; so
 * the last candidate, which it then is, cannot be revoked either. Throws `node-not-found`,
 * `node-not-changeable`, `charter-full`, and what `changeNodes` throws.
 */
export async function revokeNode(
  deps: ChangeNodesDeps,
  caller: Caller,
  idOrName: string,
): Promise<NodeListView> {
  const nodeId = await changeNodes(deps, "node.revoke", async (loaded) => {
    const found = await findNodeId(deps, loaded, idOrName);
    assertOther(deps, found);
    const charter = nextCharter(loaded.charter, { nodes: [found] });
    const note = signedCharter(deps, loaded, charter);
    return {
      result: found,
      write: async (stores) => {
        await stores.charter.put({ serial: charter.serial, note });
        await stores.nodes.remove(found);
        const about = { nodeId: found };
        await stores.audit.record(deps.records.auditor.entry(caller, "node.revoke", about));
      },
    };
  });
  deps.records.events.raise("node.revoked", { node: nodeId });
  deps.records.events.raise("rotation.required", { reason: "node.revoked", node: nodeId });
  return await listNodes(deps);
}

function assertOther(deps: ChangeNodesDeps, nodeId: NodeId): void {
  if (nodeId === deps.self.nodeId) {
    throw new CodedError("node-not-changeable", {
      detail:
        "this node is the master secret server and cannot revoke itself; stop it, and revoke it " +
        "on the candidate that takes over",
    });
  }
}

/** Whatever its row says, it can be named by its id; by name only if its warrant is authentic. */
async function findNodeId(
  deps: ChangeNodesDeps,
  { charter }: LoadedAuthority,
  idOrName: string,
): Promise<NodeId> {
  return await deps.database.read(async (stores) => {
    const isThere = isNodeId(idOrName) && (await stores.nodes.find(idOrName)) !== undefined;
    return isThere
      ? idOrName
      : findWarrant(await deps.trust.liveWarrants(stores, charter), idOrName).nodeId;
  });
}
