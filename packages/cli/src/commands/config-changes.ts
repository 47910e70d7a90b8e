import type { ItemSet } from "@chatelaine/protocol";
import { ChatelaineError, type Answer, type ChatelaineClient } from "@chatelaine/sdk";
import { CodedError } from "@chatelaine/server";
import { answer, type CommandContext, type NodeOptions } from "../command-context.ts";
import { newIdempotencyKey } from "../idempotency-key.ts";
import { collectChanges, type Assignment } from "../item-changes.ts";
import { findNode } from "../node-client.ts";
import { printable } from "../output.ts";

export interface SetOptions extends NodeOptions {
  readonly secret?: readonly string[];
  readonly secretFile?: readonly Assignment[];
  readonly fromFile?: readonly Assignment[];
  readonly unset?: readonly string[];
  readonly stdin?: boolean;
  readonly ifMatch?: string;
  readonly create?: boolean;
}

export interface ChangeOptions extends NodeOptions {
  readonly ifMatch?: string;
}

/** `chatelaine config set APPLICATION IDENTIFIER [NAME=VALUE…]`. */
export async function set(
  context: CommandContext,
  params: { readonly application: string; readonly identifier: string },
  assignments: readonly Assignment[],
  options: SetOptions,
): Promise<void> {
  const sources = {
    assignments,
    asked: options.secret ?? [],
    secretFiles: options.secretFile ?? [],
    files: options.fromFile ?? [],
    unset: options.unset ?? [],
    takesInput: options.stdin === true,
  };
  const client = await findNode(context, options);
  const { application } = params;
  const { json: found } = await client.call("application.show", { params: { application } });
  const properties = await collectChanges(context.terminal, found.fields, sources);
  if (Object.keys(properties).length === 0) {
    throw new CodedError("request-invalid", {
      detail:
        "there is nothing to set; give NAME=VALUE, --secret NAME, --from-file NAME=FILE or --stdin",
    });
  }
  const { json } = await send(client, params, properties, options);
  const names = Object.keys(properties).map(printable).join(", ");
  answer(context, options, json, [
    `set ${names} of ${printable(json.identifier)}`,
    `revision ${json.revision}`,
  ]);
}

async function send(
  client: ChatelaineClient,
  params: { readonly application: string; readonly identifier: string },
  properties: ItemSet["properties"],
  { ifMatch, create }: SetOptions,
): Promise<Answer<"config.set">> {
  const ifNoneMatch = create === true ? "*" : undefined;
  const idempotencyKey = newIdempotencyKey();
  const json = { properties };
  try {
    return await client.call("config.set", { params, json, ifMatch, ifNoneMatch, idempotencyKey });
  } catch (error) {
    if (create === true && error instanceof ChatelaineError && error.code === "revision-conflict") {
      throw new CodedError("revision-conflict", {
        detail: "there is such an item already; leave --create out to change it",
        cause: error,
      });
    }
    throw error;
  }
}

/** `chatelaine config delete APPLICATION IDENTIFIER`. */
export async function remove(
  context: CommandContext,
  params: { readonly application: string; readonly identifier: string },
  options: ChangeOptions,
): Promise<void> {
  const client = await findNode(context, options);
  const { json } = await client.call("config.delete", {
    params,
    ifMatch: options.ifMatch,
    idempotencyKey: newIdempotencyKey(),
  });
  answer(context, options, json, [
    `${printable(json.identifier)} is deleted; its history stays`,
    `last revision ${json.revision}`,
  ]);
}

/** `chatelaine config roll-back APPLICATION IDENTIFIER REVISION`. */
export async function rollBack(
  context: CommandContext,
  params: { readonly application: string; readonly identifier: string },
  revision: string,
  options: ChangeOptions,
): Promise<void> {
  const client = await findNode(context, options);
  const { json } = await client.call("config.roll-back", {
    params,
    json: { revision },
    ifMatch: options.ifMatch,
    idempotencyKey: newIdempotencyKey(),
  });
  answer(context, options, json, [
    `${printable(json.identifier)} has the content of ${revision} again`,
    `revision ${json.revision}`,
  ]);
}
