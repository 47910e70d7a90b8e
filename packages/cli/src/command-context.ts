import type { Environment } from "./state-dir.ts";
import type { Terminal } from "./terminal.ts";

/** What every command gets. */
export interface CommandContext {
  readonly terminal: Terminal;
  readonly environment: Environment;
  readonly software: string;
}

/** Options that every command takes. */
export interface GlobalOptions {
  readonly stateDir?: string;
  readonly json?: boolean;
}

/** Prints the answer: JSON for programs, lines for people. */
export function answer(
  { terminal }: CommandContext,
  options: GlobalOptions,
  json: unknown,
  lines: readonly string[],
): void {
  if (options.json === true) {
    terminal.out(JSON.stringify(json, null, 2));
    return;
  }
  for (const line of lines) {
    terminal.out(line);
  }
}
