import type { MasterView, RoleMoved } from "@chatelaine/protocol";
import { CodedError } from "@chatelaine/server";
import { ChatelaineError } from "@chatelaine/sdk";
import {
  answer,
  type CommandContext,
  type GlobalOptions,
  type NodeOptions,
} from "../command-context.ts";
import { findNode, localNode } from "../node-client.ts";
import { pairs } from "../output.ts";

/** A handover waits for the other node to be ready, and then to take the role. */
const HANDOVER_MS_MAX = 60_000;

/** `chatelaine master show`. */
export async function show(context: CommandContext, options: NodeOptions): Promise<void> {
  const client = await findNode(context, options);
  const { json } = await client.call("master.show");
  answer(context, options, json, masterLines(json));
}

function masterLines({ failover, epoch, isValid, last, designated }: MasterView) {
  const who = last === undefined ? "nobody yet" : `${last.nodeName} (${last.nodeId})`;
  return pairs([
    ["failover", failover],
    ...(designated === undefined
      ? []
      : ([["designated", `${designated.nodeName} (${designated.nodeId})`]] as const)),
    [isValid ? "master secret server" : "last master secret server", `${who}, epoch ${epoch}`],
    ...(isValid ? [] : ([["now", "there is none"]] as const)),
  ]);
}

export interface DesignateOptions extends GlobalOptions {
  readonly none?: boolean;
}

/** `chatelaine master designate NODE|--none`. */
export async function designate(
  context: CommandContext,
  node: string | undefined,
  options: DesignateOptions,
): Promise<void> {
  if ((node === undefined) !== (options.none === true)) {
    throw new CodedError("request-invalid", {
      detail: "name the node that is to be master secret server, or give --none",
    });
  }
  await (node === undefined
    ? designateNobody(context, options)
    : designateNode(context, node, options));
}

/** `chatelaine master failover automatic|manual`: manual designates whoever has the role now. */
export async function failover(
  context: CommandContext,
  mode: string,
  options: GlobalOptions,
): Promise<void> {
  if (mode === "automatic") {
    await designateNobody(context, options);
    return;
  }
  const client = await localNode(context, options);
  const { json } = await client.call("master.show");
  if (json.last === undefined || !json.isValid) {
    throw new CodedError("request-invalid", {
      detail:
        "there is no master secret server now; say which node is to be it: " +
        "`chatelaine master designate NODE`",
    });
  }
  await designateNode(context, json.last.nodeId, options);
}

async function designateNode(
  context: CommandContext,
  node: string,
  options: GlobalOptions,
): Promise<void> {
  const client = await localNode(context, options);
  const { json } = await client.call("master.designate", { json: { node } });
  const name = json.designated?.nodeName ?? node;
  answer(context, options, json, [
    `designated  ${name}: no other node may be master secret server from now on`,
    ...(json.isValid && json.last?.nodeId === json.designated?.nodeId
      ? []
      : [
          `If ${name} is a member, or cannot open its keyring, run this there:`,
          "  chatelaine secret restore FILE",
        ]),
  ]);
}

async function designateNobody(context: CommandContext, options: GlobalOptions): Promise<void> {
  const client = await localNode(context, options);
  const { json } = await client.call("master.designate-nobody");
  answer(context, options, json, [
    "designated  nobody: any candidate may be master secret server from now on",
  ]);
}

/** `chatelaine master step-down`. */
export async function stepDown(context: CommandContext, options: GlobalOptions): Promise<void> {
  const client = await localNode(context, options, { answerMsMax: HANDOVER_MS_MAX });
  const { json } = await client.call("master.step-down", { json: {} });
  tellMoved(context, options, json);
}

/** `chatelaine master move NODE`. */
export async function move(
  context: CommandContext,
  node: string,
  options: GlobalOptions,
): Promise<void> {
  const client = await localNode(context, options, { answerMsMax: HANDOVER_MS_MAX });
  const { json } = await client.call("master.move", { json: { node } });
  tellMoved(context, options, json, node);
}

/** Throws `node-not-ready` if nobody took the role. */
function tellMoved(
  context: CommandContext,
  options: GlobalOptions,
  moved: RoleMoved,
  wanted?: string,
): void {
  const { last, epoch } = moved.master;
  if (!moved.isTaken || last === undefined) {
    throw new ChatelaineError(
      "node-not-ready",
      "nobody has taken the role; this node takes it again",
    );
  }
  const isOther = wanted !== undefined && ![last.nodeName, last.nodeId].includes(wanted);
  answer(context, options, moved, [
    ...(isOther ? [`${wanted} was not fast enough; another candidate has the role`] : []),
    `master secret server  ${last.nodeName} (${last.nodeId}), epoch ${epoch}`,
  ]);
}
