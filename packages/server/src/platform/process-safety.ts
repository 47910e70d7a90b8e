import { readFileSync } from "node:fs";
import { CodedError } from "../base/coded-error.ts";

/**
 * What of this process could carry the master secret out of its memory. Node cannot forbid dumps
 * or swapping by itself; the service unit does (`docs/operate/`), and start-up checks and says.
 */

/** Options of Node that open the memory of the process to others. */
const UNSAFE_OPTIONS = [
  /^--inspect/,
  /^--heapsnapshot-/,
  /^--heap-prof/,
  /^--cpu-prof/,
  /^--diagnostic-dir/,
  /^--report-/,
  /^--experimental-report/,
  /^--abort-on-uncaught-exception/,
];

export interface ProcessFacts {
  readonly execArgv: readonly string[];
  readonly nodeOptions: string | undefined;
  readonly isInspectorOpen: boolean;
  /** Text of `/proc/self/limits`; undefined where there is none. */
  readonly limits: string | undefined;
  /** Text of `/proc/swaps`; undefined where there is none. */
  readonly swaps: string | undefined;
}

/** Throws `process-unsafe` if an inspector, heap snapshots or reports were asked for. */
export function assertProcessSafe(facts: ProcessFacts): void {
  const options = [...facts.execArgv, ...(facts.nodeOptions ?? "").split(/\s+/)];
  const unsafe = options.find((option) => UNSAFE_OPTIONS.some((pattern) => pattern.test(option)));
  if (unsafe !== undefined || facts.isInspectorOpen) {
    const what = unsafe ?? "an open inspector";
    throw new CodedError("process-unsafe", {
      detail: `${what} would show the master secret to others; start the node without it`,
    });
  }
}

/** Whether a crash could write this process's memory to a file. */
export function mayDumpCore(facts: ProcessFacts): boolean {
  const line = facts.limits?.split("\n").find((text) => text.startsWith("Max core file size"));
  return line !== undefined && !/^Max core file size\s+0\s/.test(line);
}

export function maySwap(facts: ProcessFacts): boolean {
  return (facts.swaps ?? "").trim().split("\n").length > 1;
}

export function readProcFile(name: string): string | undefined {
  try {
    return readFileSync(`/proc/${name}`, "utf8");
  } catch {
    return undefined; // not Linux, or hidden: nothing can be said
  }
}
