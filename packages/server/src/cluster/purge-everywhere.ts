import type { NodeId, Warrant } from "@chatelaine/crypto";
import type { Purged } from "@chatelaine/protocol";
import { isCoded } from "../base/coded-error.ts";
import type { Roster } from "../domain/node/roster.ts";
import { askNodes } from "./ask-nodes.ts";
import type { Peers } from "./peers.ts";

export interface PurgeDeps {
  readonly nodeId: NodeId;
  readonly roster: Roster;
  readonly peers: Peers;
}

type NotReached = Purged["notReached"][number];

/** A value that is to be used no longer is gone everywhere within this, or the node is named. */
const ANSWER_MS_MAX = 1000;

/** Lets every other node drop the lookups it keeps; `own` is how many rows this one has dropped. */
export async function purgeEverywhere(
  { nodeId, roster, peers }: PurgeDeps,
  own: number,
): Promise<Purged> {
  const ask = async (warrant: Warrant): Promise<number | NotReached> => {
    try {
      const { rows } = await peers.call(warrant, "purge", {}, ANSWER_MS_MAX);
      return Number(rows);
    } catch (error) {
      const problem = isCoded(error) ? error.code : "internal";
      return { nodeId: warrant.nodeId, nodeName: warrant.name, problem };
    }
  };
  const others = roster.warrants.filter((warrant) => warrant.nodeId !== nodeId);
  const answers = await askNodes(others, ask);
  const dropped = answers.filter((answer) => typeof answer === "number");
  return {
    rows: dropped.reduce((sum, rows) => sum + rows, own),
    nodes: 1 + dropped.length,
    notReached: answers
      .filter((answer) => typeof answer !== "number")
      .toSorted((one, other) => (one.nodeName < other.nodeName ? -1 : 1)),
  };
}
