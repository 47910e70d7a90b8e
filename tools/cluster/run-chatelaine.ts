/** Commands of the command line tool, from its sources. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import * as path from "node:path";
import { text } from "node:stream/consumers";
import { ROOT } from "../project-files.ts";
import { ToolError } from "../tool-error.ts";

const CLI = path.join(ROOT, "packages/cli/src/main.ts");

export type ChatelaineProcess = ChildProcess & {
  readonly stdout: NodeJS.ReadableStream;
  readonly stderr: NodeJS.ReadableStream;
};

/** A process group of its own, so that Ctrl-C reaches it only through us, in our order. */
export function startChatelaine(args: readonly string[]): ChatelaineProcess {
  return spawn(process.execPath, [CLI, ...args], {
    cwd: ROOT,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** Runs a command to its end and returns what it answered. Throws `ToolError` with what it said. */
export async function runChatelaine(args: readonly string[]): Promise<string> {
  const child = startChatelaine(args);
  const closed = once(child, "close");
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  await closed;
  if (child.exitCode !== 0) {
    const [command = ""] = args;
    throw new ToolError(`${command} failed:\n${stderr.trimEnd()}`);
  }
  return stdout;
}
