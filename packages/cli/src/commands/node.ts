import { resolve } from "node:path";
import { readWholeFile, recoverSystem } from "@chatelaine/server";
import { answer, type CommandContext } from "../command-context.ts";
import { pairs } from "../output.ts";
import { existingPassphrase } from "../passphrase.ts";
import { findStateDirectory } from "../state-dir.ts";
import { nodePlace, type PlaceOptions } from "./init.ts";

export interface RecoverOptions extends PlaceOptions {
  readonly backup: string;
}

/** `chatelaine node recover`. */
export async function recover(context: CommandContext, options: RecoverOptions): Promise<void> {
  const stateDirectory = findStateDirectory(options.stateDir, context.environment);
  const file = await readWholeFile(resolve(options.backup));
  using passphrase = await existingPassphrase(context.terminal, options.passphraseFile);
  const { self, charter, revoked } = await recoverSystem({
    ...(await nodePlace(stateDirectory, options)),
    file,
    passphrase,
    nodeName: options.name,
  });
  const { systemId, nodeId, name } = self;
  const json = { systemId, nodeId, stateDirectory, revoked, charterSerial: String(charter.serial) };
  answer(context, options, json, [
    ...pairs([
      ["system", systemId],
      ["node", `${name} (${nodeId})`],
      ["state directory", stateDirectory],
      ["revoked", revoked.length === 0 ? "none" : revoked.join(" ")],
    ]),
    "",
    "Earlier nodes are revoked. Start the new one, then make a new backup:",
    `  chatelaine start --state-dir ${stateDirectory}`,
    `  chatelaine secret backup --to FILE --state-dir ${stateDirectory}`,
  ]);
}
