import type { Warrant } from "@chatelaine/crypto";
import { NODE_ITSELF } from "../access/caller.ts";
import { changeNodes, type ChangeNodesDeps } from "./change-nodes.ts";
import { findNode, newWarrant } from "./new-warrant.ts";

/**
 * Gives the master secret server, which this node is, a warrant with the addresses at which it is
 * reached now, unless its warrant has them. The first node of a system and a recovered one have
 * none, and an address can change. Resolves to the new warrant, or undefined if there was nothing
 * to do. Throws `charter-full`, and what `changeNodes` throws.
 */
export async function readvertise(
  deps: ChangeNodesDeps,
  addresses: readonly string[],
): Promise<Warrant | undefined> {
  const warrant = await changeNodes(deps, "node.readvertise", async (loaded) => {
    const before = await findNode(deps, loaded, deps.self.nodeId);
    if (isSameList(before.warrant.addresses, addresses)) {
      return { write: undefined, result: undefined };
    }
    const made = await newWarrant(deps, loaded, before, { addresses });
    const about = { nodeId: deps.self.nodeId, addresses: addresses.join(" ") };
    return {
      result: made.warrant,
      write: async (stores) => {
        await made.write(stores);
        const entry = deps.records.auditor.entry(NODE_ITSELF, "node.readvertise", about);
        await stores.audit.record(entry);
      },
    };
  });
  if (warrant !== undefined) {
    deps.records.events.raise("node.readvertised", { addresses: addresses.join(" ") });
  }
  return warrant;
}

function isSameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((address, index) => address === b[index]);
}
