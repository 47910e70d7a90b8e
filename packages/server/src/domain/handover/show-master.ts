import type { NodeId, Warrant } from "@chatelaine/crypto";
import type { MasterView } from "@chatelaine/protocol";
import type { CharterReader } from "../charter/charter-store.ts";
import type { Trust } from "../charter/trust.ts";
import { isLeaseValid } from "../mastership/claim-rule.ts";
import type { FenceAndLease } from "../mastership/mastership-store.ts";
import type { NodeReader } from "../node/node-store.ts";
import type { Reads } from "../transaction/transactions.ts";

export interface ShownStores {
  readonly charter: CharterReader;
  readonly nodes: NodeReader;
}

export interface ShowMasterDeps {
  readonly database: Reads<ShownStores> & {
    readonly mastership: { read(): Promise<FenceAndLease> };
  };
  readonly trust: Trust;
}

/** Who is master secret server by the database, and who may be it. */
export async function showMaster(deps: ShowMasterDeps): Promise<MasterView> {
  const read = await deps.database.mastership.read();
  const warrants = await deps.database.read(async (stores) =>
    deps.trust.liveWarrants(stores, await deps.trust.charter(stores)),
  );
  return renderMaster(read, warrants);
}

export function renderMaster(read: FenceAndLease, warrants: readonly Warrant[]): MasterView {
  const { nodeId, designatedNode, epoch } = read.fence;
  return {
    failover: designatedNode === undefined ? "automatic" : "manual",
    epoch: String(epoch),
    isValid: isLeaseValid(read),
    ...(nodeId !== undefined && { last: named(nodeId, warrants) }),
    ...(designatedNode !== undefined && { designated: named(designatedNode, warrants) }),
  };
}

/** A node that is revoked, or whose warrant nobody signed, has no name but its id. */
function named(nodeId: NodeId, warrants: readonly Warrant[]) {
  const warrant = warrants.find((one) => one.nodeId === nodeId);
  return { nodeId, nodeName: warrant?.name ?? nodeId };
}
