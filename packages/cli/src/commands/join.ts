import { SecretBytes } from "@chatelaine/crypto";
import { CodedError, joinExistingSystem } from "@chatelaine/server";
import { answer, type CommandContext } from "../command-context.ts";
import { pairs } from "../output.ts";
import { firstLineOfFile } from "../passphrase.ts";
import { findStateDirectory } from "../state-dir.ts";
import { nodePlace, type PlaceOptions } from "./init.ts";

export interface JoinOptions extends PlaceOptions {
  readonly tokenFile?: string;
  readonly advertise: string;
  readonly listen?: string;
}

/** `chatelaine join [TOKEN]`: makes this machine a node of a system that is there already. */
export async function join(
  context: CommandContext,
  given: string | undefined,
  options: JoinOptions,
): Promise<void> {
  const stateDirectory = findStateDirectory(options.stateDir, context.environment);
  const place = await nodePlace(stateDirectory, options);
  if (place.databaseUrl === undefined && place.databaseFile === undefined) {
    throw new CodedError("request-invalid", {
      detail:
        "a node uses the database of the others; name it with --database-url-file or --database-file",
    });
  }
  using token = await joinToken(context, given, options.tokenFile);
  const { self, warrant } = await joinExistingSystem({
    ...place,
    token,
    nodeName: options.name,
    advertise: options.advertise,
    listen: options.listen,
  });
  const { systemId, nodeId, name } = self;
  const { role } = warrant;
  answer(context, options, { systemId, nodeId, name, role, stateDirectory }, [
    ...pairs([
      ["system", systemId],
      ["node", `${name} (${nodeId}), ${role}`],
      ["state directory", stateDirectory],
    ]),
    "",
    "Start it:",
    `  chatelaine start --state-dir ${stateDirectory}`,
  ]);
}

async function joinToken(
  { terminal }: CommandContext,
  given: string | undefined,
  file: string | undefined,
): Promise<SecretBytes> {
  if (given !== undefined && file !== undefined) {
    throw new CodedError("request-invalid", {
      detail: "there are two join tokens, the argument and --token-file; give one",
    });
  }
  if (file !== undefined) {
    return await firstLineOfFile(file);
  }
  if (given !== undefined) {
    terminal.note("the token was on the command line: others on this machine may have seen it");
    return SecretBytes.copyOf(new TextEncoder().encode(given));
  }
  if (!terminal.isInteractive) {
    throw new CodedError("request-invalid", {
      detail: "a join token is needed; put it into a file and name it with --token-file",
    });
  }
  return await terminal.askHidden("join token: ");
}
