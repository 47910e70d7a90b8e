import type { NodeStatus } from "@chatelaine/protocol";
import { answer, type CommandContext, type NodeOptions } from "../command-context.ts";
import { findNode } from "../node-client.ts";
import { instant, pairs, yesNo } from "../output.ts";

/** `chatelaine status`. */
export async function status(context: CommandContext, options: NodeOptions): Promise<void> {
  const client = await findNode(context, options);
  const { json } = await client.call("status.read");
  answer(context, options, json, lines(json));
}

function lines(node: NodeStatus): readonly string[] {
  const { canRead, canSeal, isMaster, waitingFor } = node.health;
  const epoch = node.epoch === undefined ? "" : `, epoch ${node.epoch}`;
  return pairs([
    ["system", node.systemId],
    ["node", `${node.nodeName} (${node.nodeId}), ${node.role}`],
    ["software", `chatelaine ${node.software} on ${node.database}`],
    ["started", instant(node.startedAtMs)],
    ["can read", yesNo(canRead)],
    ["can seal", yesNo(canSeal)],
    ["is master", `${yesNo(isMaster)}${epoch}`],
    ...(waitingFor === undefined ? [] : ([["waiting for", waitingFor]] as const)),
    ...(node.trial
      ? ([["trial", "yes, until a backup elsewhere has been verified"]] as const)
      : []),
  ]);
}
