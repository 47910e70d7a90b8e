/** Runs installed tools as steps of a test run: each is one claim, and silent if it holds. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import * as path from "node:path";
import { ROOT } from "../project-files.ts";
import type { StepResult } from "./step-result.ts";

const BIN = path.join(ROOT, "node_modules/.bin");

/** One step, and the commands that all have to succeed for its claim. */
export interface ToolStep {
  readonly claim: string;
  /** Each begins with the name of a tool in `node_modules/.bin`, or a file of the repository. */
  readonly commands: readonly (readonly string[])[];
}

/** Runs the commands of one step in turn and prints the output of those that fail. */
export async function runToolStep(step: ToolStep): Promise<StepResult> {
  const startedAt = performance.now();
  let isHolding = true;
  for (const command of step.commands) {
    const { status, output } = await runTool(command);
    if (status !== 0) {
      isHolding = false;
      console.log(`\n✖ ${step.claim}: ${command.join(" ")}\n${output}`);
    }
  }
  return {
    claim: step.claim,
    passed: isHolding ? 1 : 0,
    failed: isHolding ? 0 : 1,
    skipped: [],
    durationMs: performance.now() - startedAt,
  };
}

async function runTool(
  command: readonly string[],
): Promise<{ status: number | null; output: string }> {
  const [tool = "", ...args] = command;
  const file = tool.endsWith(".ts") ? path.join(ROOT, tool) : path.join(BIN, tool);
  const child = spawn(process.execPath, [file, ...args], {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const chunks: string[] = [];
  child.stdout.setEncoding("utf8").on("data", (text: string) => chunks.push(text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => chunks.push(text));
  await once(child, "close");
  return { status: child.exitCode, output: chunks.join("").trimEnd() };
}
