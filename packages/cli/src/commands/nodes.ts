import { resolve } from "node:path";
import type { InvitationView, NodeListView, NodeView } from "@chatelaine/protocol";
import { ChatelaineError } from "@chatelaine/sdk";
import { writeNewFile } from "@chatelaine/server";
import {
  answer,
  type CommandContext,
  type GlobalOptions,
  type NodeOptions,
} from "../command-context.ts";
import { confirmByName } from "../confirmation.ts";
import { assertFileFree } from "../new-file.ts";
import { findNode, localNode } from "../node-client.ts";
import { instant, pairs, table } from "../output.ts";

/** `chatelaine node list`. */
export async function list(context: CommandContext, options: NodeOptions): Promise<void> {
  const client = await findNode(context, options);
  const { json } = await client.call("node.list");
  answer(context, options, json, listLines(json));
}

function listLines({ items, isRotationRequired }: NodeListView): readonly string[] {
  const rows = items.map(({ nodeId, name, role, addresses }) => [
    nodeId,
    name,
    role,
    addresses.length === 0 ? "-" : addresses.join(" "),
  ]);
  const advice = isRotationRequired
    ? ["", "A node was revoked that knew the master secret; a rotation is required."]
    : [];
  return [...table(["node", "name", "role", "addresses"], rows), ...advice];
}

/** `chatelaine node show NODE`. */
export async function show(
  context: CommandContext,
  nodeId: string,
  options: NodeOptions,
): Promise<void> {
  const client = await findNode(context, options);
  const { json } = await client.call("node.show", { params: { nodeId } });
  answer(context, options, json, nodeLines(json));
}

function nodeLines({
  nodeId,
  name,
  role,
  addresses,
  admissionSerial,
}: NodeView): readonly string[] {
  return pairs([
    ["node", `${name} (${nodeId})`],
    ["role", role],
    ["addresses", addresses.length === 0 ? "-" : addresses.join(" ")],
    ["admitted", `by charter ${admissionSerial}`],
  ]);
}

export interface InviteOptions extends GlobalOptions {
  readonly role: NodeView["role"];
  readonly ttl?: number;
  readonly to?: string;
}

/** `chatelaine node invite`: the join token goes to standard output or to a new file, this once. */
export async function invite(context: CommandContext, options: InviteOptions): Promise<void> {
  const path = options.to === undefined ? undefined : resolve(options.to);
  if (path !== undefined) {
    await assertFileFree(path);
  }
  const client = await localNode(context, options);
  const { role, ttl } = options;
  const { json, parts } = await client.call("node.invite", {
    json: { role, ...(ttl !== undefined && { ttlMinutes: ttl }) },
  });
  const [token] = parts;
  if (token === undefined) {
    throw new ChatelaineError("internal", "the node sent no join token");
  }
  const text = new TextDecoder().decode(token);
  if (path !== undefined) {
    await writeNewFile(path, new TextEncoder().encode(`${text}\n`));
    const lines = [...invitationLines(json), `the token is in ${path}`];
    answer(context, options, { ...json, path }, lines);
    return;
  }
  answer(context, options, { ...json, token: text }, [text]);
  if (options.json !== true) {
    for (const line of [...invitationLines(json), "It is shown this once; keep it secret."]) {
      context.terminal.note(line);
    }
  }
}

function invitationLines(view: InvitationView): readonly string[] {
  const { nodeId, role, expiresAtMs, addresses } = view;
  return pairs([
    ["node", `${nodeId}, ${role}`],
    ["expires", instant(expiresAtMs)],
    ["joins at", addresses.join(" ")],
  ]);
}

/** `chatelaine node promote NODE`. */
export async function promote(
  context: CommandContext,
  nodeId: string,
  options: GlobalOptions,
): Promise<void> {
  const client = await localNode(context, options);
  const { json } = await client.call("node.promote", { params: { nodeId }, json: {} });
  answer(context, options, json, nodeLines(json));
}

export interface RevokeOptions extends GlobalOptions {
  readonly yes?: boolean;
}

/** `chatelaine node revoke NODE`. */
export async function revoke(
  context: CommandContext,
  nodeId: string,
  options: RevokeOptions,
): Promise<void> {
  const client = await localNode(context, options);
  const { json: node } = await client.call("node.show", { params: { nodeId } }).catch(
    // A row that nobody signed is no node to be shown, and can be revoked all the same.
    () => ({ json: { nodeId, name: nodeId } }),
  );
  await confirmByName(context.terminal, node.name, {
    question: `${node.name} (${node.nodeId}) will be no node of the system any more, for ever.`,
    isYes: options.yes === true,
  });
  const { json } = await client.call("node.revoke", { params: { nodeId: node.nodeId } });
  answer(context, options, json, [
    `revoked  ${node.nodeId}`,
    "It knew the master secret, and how to reach the database: rotate the master secret, and change",
    "the password of the database.",
  ]);
}
