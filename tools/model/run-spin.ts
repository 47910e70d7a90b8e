/** Runs one check of the model with spin and a C compiler, in a folder of its own. */
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { promisify } from "node:util";
import { ROOT } from "../project-files.ts";
import { ToolError } from "../tool-error.ts";
import type { ModelCheck } from "./model-checks.ts";

const MODEL = path.join(ROOT, "docs/protocols/mastership.pml");
const DEPTH_MAX = 1_000_000;
const MEMORY_MIB_MAX = 6000;
const OUTPUT_BYTES_MAX = 64 * 1024 * 1024;

export interface ModelResult {
  readonly states: number;
  /** Whether an assertion failed in some interleaving. */
  readonly isBroken: boolean;
}

const run = promisify(execFile);

/** Throws `ToolError` if the search did not end: then nothing is known. */
export async function runSpin(check: ModelCheck): Promise<ModelResult> {
  const directory = await mkdtemp(path.join(tmpdir(), "model-"));
  try {
    const options = { cwd: directory, maxBuffer: OUTPUT_BYTES_MAX };
    await run("spin", [...check.defines.map((define) => `-D${define}`), "-a", MODEL], options);
    const compilerOptions = ["-O2", "-w", "-DCOLLAPSE", "-DSAFETY"];
    const memory = `-DMEMLIM=${String(MEMORY_MIB_MAX)}`;
    await run("gcc", [...compilerOptions, memory, "-o", "pan", "pan.c"], options);
    const { stdout } = await run("./pan", [`-m${String(DEPTH_MAX)}`], options);
    return parseResult(check, stdout);
  } finally {
    await rm(directory, { recursive: true });
  }
}

function parseResult({ claim }: ModelCheck, output: string): ModelResult {
  const errors = /errors: (\d+)/.exec(output)?.[1];
  const states = /(\d+) states, stored/.exec(output)?.[1];
  const isBroken = output.includes("assertion violated");
  const isWhole = !/search (was )?(not completed|truncated)|max search depth too small/.test(
    output,
  );
  if (errors === undefined || states === undefined || (errors !== "0") !== isBroken) {
    throw new ToolError(`spin did not answer for "${claim}":\n${output}`);
  }
  if (!isBroken && !isWhole) {
    throw new ToolError(`spin did not visit every state for "${claim}":\n${output}`);
  }
  return { states: Number(states), isBroken };
}
