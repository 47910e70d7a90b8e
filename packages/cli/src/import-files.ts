import { ERRORS } from "@chatelaine/protocol";
import { answer, type CommandContext, type GlobalOptions } from "./command-context.ts";
import { exitCodeOf } from "./exit-code.ts";
import { FilesFailed } from "./files-failed.ts";
import { printable } from "./output.ts";
import { codeOf, reportFailure } from "./report-failure.ts";

/** How long a name the node takes for its messages, in characters. */
const NAME_MAX = 512;

type FileOutcome<T> =
  | (T & { readonly file: string })
  | { readonly file: string; readonly error: { readonly code: string; readonly detail: string } };

/**
 * Imports one file after the other. A file that is at fault does not keep those behind it from
 * their turn; a node that cannot or may not do it does, since it would say the same of each.
 * Throws `FilesFailed`.
 */
export async function importEach<T extends object>(
  context: CommandContext,
  options: GlobalOptions,
  files: readonly string[],
  importOne: (file: string) => Promise<T>,
): Promise<void> {
  const outcomes: FileOutcome<T>[] = [];
  const exitCodes: number[] = [];
  for (const file of files) {
    try {
      outcomes.push({ file, ...(await importOne(file)) });
    } catch (error) {
      reportFailure(context.terminal, error);
      const code = codeOf(error);
      exitCodes.push(exitCodeOf(code));
      const detail = error instanceof Error && code !== "internal" ? error.message : "";
      outcomes.push({ file, error: { code, detail } });
      if (ERRORS[code].remedy !== "fix-request") {
        break;
      }
    }
  }
  answer(context, options, { files: outcomes }, []);
  const [exitCode] = exitCodes;
  if (exitCode !== undefined) {
    throw new FilesFailed(summary(files.length, outcomes.length, exitCodes.length), exitCode);
  }
}

/** Says nothing of a single file: its failure has said it. */
function summary(files: number, tried: number, failed: number): string {
  if (files === 1) {
    return "";
  }
  const done = tried - failed;
  const rest = files - tried;
  return (
    `${String(failed)} of ${String(files)} files failed` +
    (rest > 0 ? `, and ${String(rest)} behind it ${rest === 1 ? "was" : "were"} not tried` : "") +
    (done > 0 ? `; what was done for the ${done === 1 ? "other" : "others"} stays` : "")
  );
}

/** The file as its user named it, as the node takes it for its messages. */
export function nameForMessages(file: string): string {
  return printable(file).slice(-NAME_MAX);
}
