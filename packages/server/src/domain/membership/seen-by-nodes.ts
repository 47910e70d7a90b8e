import type { NodeStatus } from "@chatelaine/protocol";
import type { Seen } from "../charter/seen.ts";
import type { NodeInSystem } from "../node/node-statuses.ts";

/** What each node that answered follows; the highest of it is what no new charter may be below. */
export function seenByNodes(nodes: readonly NodeInSystem[]): readonly Seen[] {
  return nodes.flatMap(({ status }) => (status === undefined ? [] : [seenIn(status)]));
}

function seenIn(status: NodeStatus): Seen {
  return {
    incarnation: count(status.incarnation),
    charterSerial: count(status.charterSerial),
    keyringRevision: count(status.keyringRevision),
    epoch: count(status.epoch),
  };
}

/** Another node has sent it: what is no number says nothing. */
function count(text: string | undefined): bigint {
  return text !== undefined && /^\d{1,19}$/.test(text) ? BigInt(text) : 0n;
}
