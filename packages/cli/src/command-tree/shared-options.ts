import { InvalidArgumentError, Option, type Command } from "commander";

/** Options and texts that several commands share. */

const REVISION = /^[0-9a-f]{32}$/;

/** Of commands that need the node's own machine. */
export function withGlobals(command: Command): Command {
  return command
    .option("--state-dir <dir>", "state directory of the node (CHATELAINE_STATE_DIR)")
    .option("--json", "answer in JSON, for programs");
}

/** Of commands that also work from elsewhere, with a token. */
export function withNode(command: Command): Command {
  return withGlobals(command)
    .addOption(
      new Option("--server <url>", "address of the node (CHATELAINE_URL)").conflicts("stateDir"),
    )
    .option("--token-file <file>", "file with an API token, for --server (CHATELAINE_TOKEN_FILE)");
}

export function withPassphrase(command: Command): Command {
  return command.option(
    "--passphrase-file <file>",
    "file whose first line is the passphrase (asked for on a terminal otherwise)",
  );
}

export function withPlace(command: Command): Command {
  return withDatabase(withPassphrase(withGlobals(command)));
}

/** Of commands that make a node. */
export function withDatabase(command: Command): Command {
  return command
    .option("--database-url-file <file>", "file with the URL of a PostgreSQL database")
    .option("--database-file <file>", "SQLite file (default: sso.db in the state directory)")
    .option("--name <name>", "name of this node, for people (default: name of the machine)");
}

export function withIfMatch(command: Command): Command {
  return command.addOption(
    new Option("--if-match <revision>", "only if this is still the revision").argParser(
      parseRevision,
    ),
  );
}

/** Of commands that show what they would do before they do it. */
export function withDryRun(command: Command): Command {
  return command.option("--dry-run", "show what would be done, and change nothing");
}

/** One command line that shows the command at work. */
export function withExample(command: Command, example: string): Command {
  return command.addHelpText("after", `\nExample:\n  ${example}`);
}

/** An option that may be given several times. It takes one value each time, and nothing behind it. */
export function repeatable(
  flags: string,
  description: string,
  parse: (text: string) => unknown,
): Option {
  return new Option(flags, `${description}; may be repeated`).argParser<readonly unknown[]>(
    (text, former: readonly unknown[] | undefined) => [...(former ?? []), parse(text)],
  );
}

export function asText(text: string): string {
  return text;
}

/** `NAME=REST`, taken apart at the first `=`. */
export function parseAssignment(text: string): readonly [string, string] {
  const at = text.indexOf("=");
  if (at < 1) {
    throw new InvalidArgumentError(
      "Write it as NAME=VALUE or NAME=FILE, without a space around the sign.",
    );
  }
  return [text.slice(0, at), text.slice(at + 1)];
}

export function parseRevision(text: string): string {
  if (!REVISION.test(text)) {
    throw new InvalidArgumentError("A revision is 32 hexadecimal characters, in lower case.");
  }
  return text;
}

export function parseCount(text: string): number {
  const count = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (count === 0) {
    throw new InvalidArgumentError("It must be a whole number, at least 1.");
  }
  return count;
}
