import { Argument, type Command } from "commander";
import type { CommandContext } from "../command-context.ts";
import { withExample } from "./shared-options.ts";

/** `completion SHELL`: of all commands of `program`, also of those that are added later. */
export function addCompletionCommand(program: Command, { terminal }: CommandContext): void {
  const completion = program
    .command("completion")
    .description("print a script that completes commands and options in a shell")
    .addArgument(new Argument("<shell>", "which one").choices(["bash", "zsh", "fish"]))
    .action(async (shell: "bash" | "zsh" | "fish") => {
      const { completionScript } = await import("../completion/completion-script.ts");
      terminal.out(completionScript(program, shell));
    });
  withExample(
    completion,
    "chatelaine completion bash >~/.local/share/bash-completion/completions/chatelaine",
  );
}
