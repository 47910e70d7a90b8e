import type { Warrant } from "@chatelaine/crypto";
import type { NodeListView, NodeView } from "@chatelaine/protocol";
import { CodedError } from "../../base/coded-error.ts";
import type { CharterReader } from "../charter/charter-store.ts";
import type { Trust } from "../charter/trust.ts";
import type { Reads } from "../transaction/transactions.ts";
import type { NodeReader } from "../node/node-store.ts";
import { isRotationRequired } from "./rotation-required.ts";

export interface ListedStores {
  readonly charter: CharterReader;
  readonly nodes: NodeReader;
}

export interface ListNodesDeps {
  readonly database: Reads<ListedStores>;
  readonly trust: Trust;
}

/** Every live node, by name. Throws what `Trust.charter` throws. */
export async function listNodes(deps: ListNodesDeps): Promise<NodeListView> {
  const { charter, warrants } = await deps.database.read((stores) => readNodes(deps, stores));
  return {
    items: warrants.toSorted(byName).map(renderNode),
    charterSerial: String(charter.serial),
    isRotationRequired: isRotationRequired(charter),
  };
}

function byName(one: Warrant, other: Warrant): number {
  const [a, b] = [one, other].map(({ name, nodeId }) => `${name} ${nodeId}`);
  return (a ?? "") < (b ?? "") ? -1 : 1;
}

/** One of them, by id or by a name that no other has. Throws `node-not-found`. */
export async function showNode(deps: ListNodesDeps, idOrName: string): Promise<NodeView> {
  const { warrants } = await deps.database.read((stores) => readNodes(deps, stores));
  return renderNode(findWarrant(warrants, idOrName));
}

async function readNodes(deps: ListNodesDeps, stores: ListedStores) {
  const charter = await deps.trust.charter(stores);
  return { charter, warrants: await deps.trust.liveWarrants(stores, charter) };
}

/** Throws `node-not-found`, also for a name that several have. */
export function findWarrant(warrants: readonly Warrant[], idOrName: string): Warrant {
  const byId = warrants.find(({ nodeId }) => nodeId === idOrName);
  const [byName, another] = warrants.filter(({ name }) => name === idOrName);
  const found = byId ?? byName;
  if (found === undefined || (byId === undefined && another !== undefined)) {
    throw new CodedError("node-not-found", {
      detail:
        found === undefined
          ? "`chatelaine node list` shows the nodes"
          : "several nodes have that name; take the id that `chatelaine node list` shows",
    });
  }
  return found;
}

export function renderNode(warrant: Warrant): NodeView {
  const { nodeId, name, role, addresses, admissionSerial } = warrant;
  return { nodeId, name, role, addresses, admissionSerial: String(admissionSerial) };
}
