import { answer, type CommandContext, type GlobalOptions } from "../command-context.ts";
import { confirmByName } from "../confirmation.ts";
import { localNode } from "../node-client.ts";
import { pairs } from "../output.ts";

export interface AcceptOptions extends GlobalOptions {
  readonly yes?: boolean;
}

/** `chatelaine system accept-database`. */
export async function acceptDatabase(
  context: CommandContext,
  options: AcceptOptions,
): Promise<void> {
  const client = await localNode(context, options);
  await confirmByName(context.terminal, "older", {
    question:
      "The database is older than what this node has seen. Changes made since then are lost for " +
      "good once it is accepted; look for a newer copy first.",
    isYes: options.yes === true,
  });
  const { json } = await client.call("system.accept-database", { json: {} });
  const { incarnation, charterSerial, relistedVersions } = json;
  answer(context, options, json, [
    ...pairs([
      ["incarnation", incarnation],
      ["charter", charterSerial],
      [
        "kept for reading",
        relistedVersions.length === 0 ? "-" : `version ${relistedVersions.join(", ")}`,
      ],
    ]),
    "",
    "Make a new backup of the master secret: chatelaine secret backup --to FILE",
  ]);
}
