import type { NodeId, Warrant } from "@chatelaine/crypto";
import type { NodeStatus } from "@chatelaine/protocol";
import { isCoded } from "../base/coded-error.ts";
import type { NodeInSystem, NodeStatuses } from "../domain/node/node-statuses.ts";
import type { Roster } from "../domain/node/roster.ts";
import { askNodes } from "./ask-nodes.ts";
import type { Peers } from "./peers.ts";

export interface PeerNodeStatusesDeps {
  readonly nodeId: NodeId;
  readonly roster: Roster;
  readonly peers: Peers;
  readonly own: () => Promise<NodeStatus>;
}

/** Somebody waits at a terminal: a node that takes longer is told of as not reached. */
const ANSWER_MS_MAX = 1500;

/** Asks every node of the roster what it is. */
export class PeerNodeStatuses implements NodeStatuses {
  readonly #deps: PeerNodeStatusesDeps;

  constructor(deps: PeerNodeStatusesDeps) {
    this.#deps = deps;
  }

  async all(): Promise<readonly NodeInSystem[]> {
    const { nodeId, roster } = this.#deps;
    const others = roster.warrants.filter((warrant) => warrant.nodeId !== nodeId);
    const nodes = [await this.#self(), ...(await askNodes(others, (one) => this.#ask(one)))];
    return nodes.sort((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1));
  }

  /** As it says itself: a node without its database knows no roster yet, but still itself. */
  async #self(): Promise<NodeInSystem> {
    const status = await this.#deps.own();
    const { nodeId, nodeName, role } = status;
    const addresses = this.#deps.roster.find(this.#deps.nodeId)?.addresses ?? [];
    return { nodeId, nodeName, role, addresses, isThisNode: true, status };
  }

  async #ask(warrant: Warrant): Promise<NodeInSystem> {
    const { nodeId, name: nodeName, role, addresses } = warrant;
    const known = { nodeId, nodeName, role, addresses, isThisNode: false };
    try {
      const status = await this.#deps.peers.call(warrant, "status", {}, ANSWER_MS_MAX);
      return { ...known, status };
    } catch (error) {
      return { ...known, problem: isCoded(error) ? error.code : "internal" };
    }
  }
}

function keyOf({ nodeName, nodeId }: NodeInSystem): string {
  return `${nodeName}\n${nodeId}`;
}
