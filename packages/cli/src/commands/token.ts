import { resolve } from "node:path";
import type { TokenCreate, TokenCreated, TokenView } from "@chatelaine/protocol";
import { ChatelaineError, type ChatelaineClient } from "@chatelaine/sdk";
import { writeNewFile } from "@chatelaine/server";
import { answer, type CommandContext, type NodeOptions } from "../command-context.ts";
import { newIdempotencyKey } from "../idempotency-key.ts";
import { assertFileFree } from "../new-file.ts";
import { findNode } from "../node-client.ts";
import { instant, pairs, table, yesNo } from "../output.ts";

export interface CreateOptions extends NodeOptions {
  readonly name: string;
  readonly kind: TokenCreate["kind"];
  readonly application?: readonly string[];
  readonly mayReveal?: boolean;
  readonly ttl?: number;
  readonly to?: string;
}

/** `chatelaine token create`: the token goes to standard output or to a new file, this once. */
export async function create(context: CommandContext, options: CreateOptions): Promise<void> {
  const path = options.to === undefined ? undefined : resolve(options.to);
  if (path !== undefined) {
    await assertFileFree(path);
  }
  const client = await findNode(context, options);
  const { name, kind, application, mayReveal, ttl } = options;
  const { json } = await client.call("token.create", {
    json: {
      name,
      kind,
      ...(application !== undefined && { applications: application }),
      ...(mayReveal === true && { mayReveal }),
      ...(ttl !== undefined && { ttlHours: ttl }),
    },
    idempotencyKey: newIdempotencyKey(),
  });
  const token = tokenOf(json);
  if (path === undefined) {
    showToken(context, options, json, token);
    return;
  }
  await writeOrRevoke(client, path, json, token);
  const shown = { ...json, token: undefined, path };
  answer(context, options, shown, [...viewLines(json), `the token is in ${path}`]);
}

/** A repetition gets the first answer without the token: it was on the way when the line broke. */
function tokenOf({ token, tokenId }: TokenCreated): string {
  if (token === undefined) {
    throw new ChatelaineError(
      "outcome-unknown",
      `the connection was lost and the token with it; revoke ${tokenId}, then make another`,
    );
  }
  return token;
}

/** Only the token on standard output, so that it can be piped to where it belongs. */
function showToken(
  context: CommandContext,
  options: CreateOptions,
  json: TokenCreated,
  token: string,
): void {
  answer(context, options, json, [token]);
  if (options.json !== true) {
    for (const line of [...viewLines(json), "It is shown this once; keep it like a password."]) {
      context.terminal.note(line);
    }
  }
}

/** A token that nobody has must not stay valid. */
async function writeOrRevoke(
  client: ChatelaineClient,
  path: string,
  { tokenId }: TokenCreated,
  token: string,
): Promise<void> {
  const bytes = new TextEncoder().encode(`${token}\n`);
  try {
    await writeNewFile(path, bytes);
  } catch (error) {
    await client.call("token.revoke", {
      params: { tokenId },
      idempotencyKey: newIdempotencyKey(),
    });
    throw error;
  } finally {
    bytes.fill(0);
  }
}

/** `chatelaine token list`. */
export async function list(context: CommandContext, options: NodeOptions): Promise<void> {
  const client = await findNode(context, options);
  const { json } = await client.call("token.list");
  const rows = json.items.map((each) => [
    each.tokenId,
    each.name,
    each.kind,
    yesNo(each.mayReveal),
    each.applications.length === 0 ? "all" : each.applications.join(" "),
    instant(each.expiresAtMs),
    each.createdBy,
  ]);
  const header = ["token", "name", "kind", "reveals", "applications", "expires", "made by"];
  answer(context, options, json, table(header, rows));
}

/** `chatelaine token revoke ID`. */
export async function revoke(
  context: CommandContext,
  tokenId: string,
  options: NodeOptions,
): Promise<void> {
  const client = await findNode(context, options);
  const { json } = await client.call("token.revoke", {
    params: { tokenId },
    idempotencyKey: newIdempotencyKey(),
  });
  answer(context, options, json, pairs([["revoked", `${json.tokenId}, ${json.name}`]]));
}

function viewLines(view: TokenView): readonly string[] {
  const { tokenId, name, kind, mayReveal, applications, expiresAtMs } = view;
  return pairs([
    ["token", `${tokenId}, ${name}`],
    ["kind", `${kind}, ${mayReveal ? "may reveal" : "may not reveal"}`],
    ["applications", applications.length === 0 ? "all" : applications.join(" ")],
    ["expires", instant(expiresAtMs)],
  ]);
}
