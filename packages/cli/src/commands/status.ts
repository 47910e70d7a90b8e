import type { NodeStatus, SystemStatus } from "@chatelaine/protocol";
import type { ChatelaineClient } from "@chatelaine/sdk";
import { pause, systemScheduler } from "@chatelaine/server";
import { checkSystem } from "../check-system.ts";
import { answer, type CommandContext, type NodeOptions } from "../command-context.ts";
import { CheckFailed } from "../exit-code.ts";
import { findNode } from "../node-client.ts";
import { instant, pairs, table, yesNo } from "../output.ts";
import { untilSignal } from "../until-signal.ts";

export interface StatusOptions extends NodeOptions {
  readonly watch?: boolean;
  readonly check?: boolean;
}

type NodeInSystem = SystemStatus["nodes"][number];

const REDRAW_MS = 2000;
/** Erases the display and goes to its first line (ECMA-48: ED, CUP). */
const CLEAR = "\u001b[2J\u001b[H";

/** `chatelaine status`: the node asked, and what it knows of the system. */
export async function status(context: CommandContext, options: StatusOptions): Promise<void> {
  const client = await findNode(context, options);
  if (options.watch === true) {
    await watch(context, options, client);
    return;
  }
  const system = await show(context, options, client);
  const problem = options.check === true ? checkSystem(system) : undefined;
  if (problem !== undefined) {
    throw new CheckFailed(problem.exitCode, problem.text);
  }
}

async function show(
  context: CommandContext,
  options: StatusOptions,
  client: ChatelaineClient,
): Promise<SystemStatus> {
  const { json: system } = await client.call("status.nodes");
  const own = system.nodes.find(({ isThisNode }) => isThisNode)?.status;
  const lines = [...(own === undefined ? [] : ownLines(own)), ...systemLines(system)];
  answer(context, options, { ...own, ...system }, lines);
  return system;
}

/** A node that does not answer may come back: it is said, and asked again. */
async function watch(
  context: CommandContext,
  options: StatusOptions,
  client: ChatelaineClient,
): Promise<void> {
  const stopping = new AbortController();
  void untilSignal().then(() => {
    stopping.abort();
  });
  await show(context, options, client);
  while (!stopping.signal.aborted) {
    await pause(systemScheduler, REDRAW_MS, stopping.signal);
    if (context.terminal.isInteractive && options.json !== true) {
      context.terminal.out(CLEAR);
    }
    try {
      await show(context, options, client);
    } catch (error) {
      context.terminal.note(`chatelaine: ${error instanceof Error ? error.message : "no answer"}`);
    }
  }
}

function ownLines(node: NodeStatus): readonly string[] {
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
    ...(node.databaseReachable === false && canRead
      ? ([["database", "away: it answers from what it has looked up before"]] as const)
      : []),
    ...(waitingFor === undefined ? [] : ([["waiting for", waitingFor]] as const)),
    ...(node.trial
      ? ([["trial", "yes, until a backup elsewhere has been verified"]] as const)
      : []),
    ...(node.rotationRequired === true
      ? ([["rotation", "required: a node that held the master secret was revoked"]] as const)
      : []),
  ]);
}

function systemLines({ master, nodes }: SystemStatus): readonly string[] {
  const since = master?.sinceMs === undefined ? "" : `, since ${instant(master.sinceMs)}`;
  const who =
    master === undefined
      ? "no node that answers is master secret server"
      : `master secret server: ${master.nodeName}, epoch ${master.epoch}${since}`;
  const header = ["node", "role", "address", "state", "keyring", "confirmed", "software"];
  return ["", who, "", ...table(header, nodes.map(row))];
}

function row({ nodeName, role, addresses, status: told, problem }: NodeInSystem) {
  const address = addresses.join(" ") || "-";
  return told === undefined
    ? [nodeName, role, address, `unreachable (${problem ?? "unknown"})`, "-", "-", "-"]
    : [
        nodeName,
        role,
        address,
        words(told),
        told.keyringRevision ?? "-",
        instant(told.lastConfirmedMs),
        told.software,
      ];
}

/** The health in its three words. */
function words({ health }: NodeStatus): string {
  const said = [
    ...(health.canRead ? ["can-read"] : []),
    ...(health.canSeal ? ["can-seal"] : []),
    ...(health.isMaster ? ["is-master"] : []),
  ];
  return said.length === 0 ? "waiting" : said.join(" ");
}
