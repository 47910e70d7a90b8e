import { CommanderError } from "commander";
import { ERRORS, isErrorCode, type ErrorCode } from "@chatelaine/protocol";
import { CheckFailed, EXIT, exitCodeOf } from "./exit-code.ts";
import { FilesFailed } from "./files-failed.ts";
import { hintFor } from "./hints.ts";
import { printable } from "./output.ts";
import type { Terminal } from "./terminal.ts";

/** What is certainly no name, at the beginning of a message. */
const ARTICLE = /^(The|A|An) /;

/** Says what failed and what to do, on stderr, as one line and hints; returns the exit code. */
export function reportFailure(terminal: Terminal, error: unknown): number {
  if (error instanceof CommanderError) {
    return reportUsage(terminal, error);
  }
  if (error instanceof CheckFailed) {
    terminal.note(`chatelaine: ${printable(error.message)}`);
    return error.exitCode;
  }
  if (error instanceof FilesFailed) {
    return reportFiles(terminal, error);
  }
  const code = codeOf(error);
  const message = error instanceof Error && code !== "internal" ? error.message : describe(error);
  const [first = "", ...rest] = message.split("\n").map(printable);
  const isSentence = first === ERRORS[code].title || ARTICLE.test(first);
  const line = isSentence ? lowerFirst(first) : first;
  terminal.note(`chatelaine: ${withoutStop(line)}${code === "internal" ? "" : ` [${code}]`}`);
  for (const line of rest) {
    terminal.note(`  ${line}`);
  }
  const hint = hintFor(code);
  if (hint !== undefined) {
    terminal.note(`hint: ${hint}`);
  }
  return exitCodeOf(code);
}

/** A command line that was not understood; 0 where help or the version was asked for. */
function reportUsage(terminal: Terminal, error: CommanderError): number {
  if (error.exitCode === 0) {
    return 0;
  }
  const [first = "", ...rest] = error.message.replace(/^error: /, "").split("\n");
  terminal.note(`chatelaine: ${withoutStop(lowerFirst(first))}`);
  for (const line of rest) {
    terminal.note(`  ${line}`);
  }
  terminal.note("hint: add --help to a command to see what it takes");
  return EXIT.usage;
}

/** What failed has been said, file by file. */
function reportFiles(terminal: Terminal, { message, exitCode }: FilesFailed): number {
  if (message !== "") {
    terminal.note(`chatelaine: ${message}`);
  }
  return exitCode;
}

export function codeOf(error: unknown): ErrorCode {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return isErrorCode(code) ? code : "internal";
}

/** A defect: its kind and place help whoever mends it, and tell nothing secret. */
function describe(error: unknown): string {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `${ERRORS.internal.title}\n${stack}`;
}

/** A title stands behind the program's name; other messages may begin with somebody's name. */
function lowerFirst(text: string): string {
  return /^[A-Z][a-z]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}

function withoutStop(text: string): string {
  return text.replace(/\.$/, "");
}
