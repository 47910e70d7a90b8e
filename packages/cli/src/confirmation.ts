import { CodedError } from "@chatelaine/server";
import type { Terminal } from "./terminal.ts";

/**
 * Goes on only if the person at the terminal types the name of what is about to be lost, or has
 * said `--yes` before. Throws `request-invalid`.
 */
export async function confirmByName(
  terminal: Terminal,
  name: string,
  { question, isYes }: { readonly question: string; readonly isYes: boolean },
): Promise<void> {
  if (isYes) {
    return;
  }
  if (!terminal.isInteractive) {
    throw new CodedError("request-invalid", {
      detail: "nobody is there to confirm this; add --yes if it is meant",
    });
  }
  const typed = await terminal.ask(`${question}\ntype ${name} to confirm: `);
  if (typed !== name) {
    throw new CodedError("request-invalid", {
      detail: "it was not confirmed; nothing was changed",
    });
  }
}
