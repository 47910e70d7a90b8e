import type { NodeStatus } from "@chatelaine/protocol";
import { answer, type CommandContext, type GlobalOptions } from "../command-context.ts";
import { localNode } from "../node-client.ts";
import { instant, pairs } from "../output.ts";
import { findStateDirectory } from "../state-dir.ts";

/** `chatelaine status`. */
export async function status(context: CommandContext, options: GlobalOptions): Promise<void> {
  const client = await localNode(findStateDirectory(options.stateDir, context.environment));
  const { json } = await client.call("status.read", undefined);
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

export function yesNo(value: boolean): string {
  return value ? "yes" : "no";
}
