import { answer, type CommandContext, type NodeOptions } from "../command-context.ts";
import { findNode } from "../node-client.ts";

/** `chatelaine cache purge`. */
export async function purge(context: CommandContext, options: NodeOptions): Promise<void> {
  const client = await findNode(context, options);
  const { json } = await client.call("cache.purge");
  const { rows, nodes, notReached } = json;
  answer(context, options, json, [
    `dropped ${String(rows)} rows that ${String(nodes)} ${nodes === 1 ? "node" : "nodes"} had kept`,
    ...notReached.map(
      ({ nodeName, nodeId, problem }) => `not reached: ${nodeName} (${nodeId}), ${problem}`,
    ),
  ]);
}
