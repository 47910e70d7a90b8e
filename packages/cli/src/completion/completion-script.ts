import type { Command } from "commander";
import { bashScript } from "./bash-script.ts";
import { completedCommands } from "./completed-commands.ts";
import { fishScript } from "./fish-script.ts";
import { zshScript } from "./zsh-script.ts";

/** A script for one shell that completes all commands of the program, without running it. */
export function completionScript(program: Command, shell: "bash" | "zsh" | "fish"): string {
  const commands = completedCommands(program);
  switch (shell) {
    case "bash":
      return bashScript(commands);
    case "zsh":
      return zshScript(commands);
    case "fish":
      return fishScript(commands);
  }
}
