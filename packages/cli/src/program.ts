import { Command, CommanderError } from "commander";
import { ERRORS, isErrorCode, type ErrorCode } from "@chatelaine/protocol";
import manifest from "../package.json" with { type: "json" };
import type { CommandContext, GlobalOptions } from "./command-context.ts";
import type { InitOptions } from "./commands/init.ts";
import type { RecoverOptions } from "./commands/node.ts";
import type { BackupOptions, PassphraseOptions } from "./commands/secret.ts";
import type { StartOptions } from "./commands/start.ts";
import { EXIT, exitCodeOf } from "./exit-code.ts";
import { hintFor } from "./hints.ts";
import type { Environment } from "./state-dir.ts";
import { processTerminal, type Terminal } from "./terminal.ts";

/** Runs one command line and returns the exit code. */
export async function runProgram(
  argv: readonly string[],
  environment: Environment,
  terminal: Terminal = processTerminal,
): Promise<number> {
  const program = makeProgram({ terminal, environment, software: manifest.version });
  try {
    await program.parseAsync(argv, { from: "user" });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError && error.code === "commander.help") {
      terminal.note(program.helpInformation().trimEnd());
      return EXIT.usage;
    }
    return reportFailure(terminal, error);
  }
}

function makeProgram(context: CommandContext): Command {
  const program = new Command("chatelaine")
    .description("Enterprise Single Sign-On whose master secret server may die.")
    .version(context.software)
    .exitOverride()
    // An option belongs to the command it stands behind: `backup` and `backup verify` share some.
    .enablePositionalOptions()
    .configureOutput({ writeErr: () => undefined })
    .showHelpAfterError(false);
  addInit(program, context);
  addStart(program, context);
  withGlobals(program.command("status"))
    .description("what this node is, holds and waits for")
    .action(async (options: GlobalOptions) => {
      const { status } = await import("./commands/status.ts");
      await status(context, options);
    });
  addSecret(program, context);
  addNode(program, context);
  return program;
}

function withGlobals(command: Command): Command {
  return command
    .option("--state-dir <dir>", "state directory of the node (CHATELAINE_STATE_DIR)")
    .option("--json", "answer in JSON, for programs");
}

function withPassphrase(command: Command): Command {
  return command.option(
    "--passphrase-file <file>",
    "file whose first line is the passphrase (asked for on a terminal otherwise)",
  );
}

function withPlace(command: Command): Command {
  return withPassphrase(withGlobals(command))
    .option("--database-url-file <file>", "file with the URL of a PostgreSQL database")
    .option("--database-file <file>", "SQLite file (default: sso.db in the state directory)")
    .option("--name <name>", "name of this node, for people (default: name of the machine)");
}

function addInit(program: Command, context: CommandContext): void {
  withPlace(program.command("init"))
    .description("create an SSO system, its first node and the first backup, in one act")
    .requiredOption("--backup-to <file>", "where the backup goes; not in the state directory")
    .option("--reminder <text>", "kept in clear beside the backup; must not tell the passphrase")
    .action(async (options: InitOptions) => {
      const { init } = await import("./commands/init.ts");
      await init(context, options);
    });
}

function addStart(program: Command, context: CommandContext): void {
  withGlobals(program.command("start"))
    .description("run the node until SIGINT or SIGTERM")
    .option("--set <name=value...>", "settings over those of config.json")
    .option("--trial", "make a trial system in ./data if there is none, and run it")
    .action(async (options: StartOptions) => {
      const { start } = await import("./commands/start.ts");
      await start(context, options);
    });
}

function addSecret(program: Command, context: CommandContext): void {
  const secret = program.command("secret").description("the master secret and its backups");
  withGlobals(secret.command("status"))
    .description("versions of the master secret, and the backups that cover them")
    .action(async (options: GlobalOptions) => {
      const { secretStatus } = await import("./commands/secret.ts");
      await secretStatus(context, options);
    });
  const backup = withPassphrase(withGlobals(secret.command("backup")))
    .description("back the master secret up to a new file, and verify it")
    .option("--to <file>", "the new file; not in the state directory")
    .option("--reminder <text>", "kept in clear beside the backup; must not tell the passphrase")
    .action(async (options: BackupOptions) => {
      const { backup: run } = await import("./commands/secret.ts");
      await run(context, options);
    });
  withPassphrase(withGlobals(backup.command("verify <file>")))
    .description("open a backup file and compare it with the system")
    .action(async (file: string, options: PassphraseOptions) => {
      const { verify } = await import("./commands/secret.ts");
      await verify(context, file, options);
    });
  withPassphrase(withGlobals(secret.command("restore <file>")))
    .description("give a node that cannot open its keyring the master secret from a backup")
    .action(async (file: string, options: PassphraseOptions) => {
      const { restore } = await import("./commands/secret.ts");
      await restore(context, file, options);
    });
}

function addNode(program: Command, context: CommandContext): void {
  const node = program.command("node").description("nodes of the SSO system");
  withPlace(node.command("recover"))
    .description("make a new node when every state directory is lost, from database and backup")
    .requiredOption("--backup <file>", "a backup of the master secret")
    .action(async (options: RecoverOptions) => {
      const { recover } = await import("./commands/node.ts");
      await recover(context, options);
    });
}

/** Says what failed and what to do, on stderr, as one line and hints; returns the exit code. */
function reportFailure(terminal: Terminal, error: unknown): number {
  if (error instanceof CommanderError) {
    if (error.exitCode !== 0) {
      terminal.note(`chatelaine: ${error.message.replace(/^error: /, "")}`);
      terminal.note("hint: add --help to a command to see what it takes");
      return EXIT.usage;
    }
    return 0;
  }
  const code = codeOf(error);
  const message = error instanceof Error && code !== "internal" ? error.message : describe(error);
  const [first = "", ...rest] = message.split("\n");
  terminal.note(`chatelaine: ${asOneLine(first)}${code === "internal" ? "" : ` [${code}]`}`);
  for (const line of rest) {
    terminal.note(`  ${line}`);
  }
  const hint = hintFor(code);
  if (hint !== undefined) {
    terminal.note(`hint: ${hint}`);
  }
  return exitCodeOf(code);
}

function codeOf(error: unknown): ErrorCode {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return isErrorCode(code) ? code : "internal";
}

/** A defect: its kind and place help whoever mends it, and tell nothing secret. */
function describe(error: unknown): string {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `${ERRORS.internal.title}\n${stack}`;
}

/** As a message reads behind the program's name: in lower case, without a full stop. */
function asOneLine(text: string): string {
  const start = /^[A-Z][a-z]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
  return start.replace(/\.$/, "");
}
