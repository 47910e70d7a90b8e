import { Command, CommanderError } from "commander";
import manifest from "../package.json" with { type: "json" };
import type { CommandContext, Transports } from "./command-context.ts";
import { addApplicationCommands } from "./command-tree/application-commands.ts";
import { addBindingsCommands } from "./command-tree/bindings-commands.ts";
import { addCompletionCommand } from "./command-tree/completion-command.ts";
import { addConfigCommands } from "./command-tree/config-commands.ts";
import { addRecordCommands, addTokenCommands } from "./command-tree/record-commands.ts";
import { addSystemCommands } from "./command-tree/system-commands.ts";
import { EXIT } from "./exit-code.ts";
import { reportFailure } from "./report-failure.ts";
import type { Environment } from "./state-dir.ts";
import { processTerminal, type Terminal } from "./terminal.ts";
import { NODE_TRANSPORTS } from "./transports.ts";

/** Runs one command line and returns the exit code. */
export async function runProgram(
  argv: readonly string[],
  environment: Environment,
  terminal: Terminal = processTerminal,
  transports: Transports = NODE_TRANSPORTS,
): Promise<number> {
  const context = { terminal, environment, transports, software: manifest.version };
  const shown: string[] = [];
  const program = makeProgram(context, (text) => shown.push(text));
  try {
    await program.parseAsync(argv, { from: "user" });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError && error.code === "commander.help") {
      terminal.note(shown.join("").trimEnd());
      return EXIT.usage;
    }
    return reportFailure(terminal, error);
  }
}

/** All commands. What they would say on standard error by themselves goes to `writeError`. */
export function makeProgram(
  context: CommandContext,
  writeError: (text: string) => void = () => undefined,
): Command {
  const program = new Command("chatelaine")
    .description("Enterprise Single Sign-On whose master secret server may die.")
    .version(context.software)
    .exitOverride()
    // An option belongs to the command it stands behind: `backup` and `backup verify` share some.
    .enablePositionalOptions()
    .configureOutput({
      writeOut: (text) => {
        context.terminal.out(text.trimEnd());
      },
      writeErr: writeError,
    })
    .showHelpAfterError(false);
  addSystemCommands(program, context);
  addApplicationCommands(program, context);
  addConfigCommands(program, context);
  addBindingsCommands(program, context);
  addTokenCommands(program, context);
  addRecordCommands(program, context);
  addCompletionCommand(program, context);
  return program;
}
