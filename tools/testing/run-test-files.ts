/** Runs test files under `node:test`, each in a process of its own, as one step of a test run. */
import { globSync } from "node:fs";
import * as path from "node:path";
import { run, type EventData } from "node:test";
import { finished } from "node:stream/promises";
import { inspect } from "node:util";
import { ROOT } from "../project-files.ts";
import type { Skip, StepResult } from "./step-result.ts";

const FILE_MS_MAX = 300_000;

/** One step, and the globs of its files. */
export interface TestStep {
  readonly claim: string;
  readonly files: readonly string[];
  readonly exclude?: readonly string[];
  /** How many files run at once. */
  readonly concurrency: number;
  /** How long one file may take, in ms; five minutes if nothing is said. */
  readonly fileMsMax?: number;
}

/** Runs the files and prints each failure in full; a step that finds no file has failed. */
export async function runTestStep(step: TestStep, signal: AbortSignal): Promise<StepResult> {
  const startedAt = performance.now();
  const files = globSync(step.files, { cwd: ROOT, exclude: step.exclude ?? [] });
  const tally = new Tally();
  if (files.length === 0) {
    tally.fail(step.claim, `no file matches ${step.files.join(" ")}`);
  } else {
    await runFiles(files, step, signal, tally);
  }
  const { passed, failed, skipped } = tally;
  return { claim: step.claim, passed, failed, skipped, durationMs: performance.now() - startedAt };
}

async function runFiles(
  files: readonly string[],
  { concurrency, fileMsMax = FILE_MS_MAX }: TestStep,
  signal: AbortSignal,
  tally: Tally,
): Promise<void> {
  const stream = run({
    files: files.map((file) => path.join(ROOT, file)).sort(),
    concurrency,
    signal,
    timeout: fileMsMax,
  });
  stream.on("test:pass", (test) => tally.pass(test));
  stream.on("test:fail", (test) => tally.failTest(test));
  stream.on("test:stdout", ({ message }) => process.stdout.write(message));
  stream.on("test:stderr", ({ message }) => process.stderr.write(message));
  // The listeners see everything; reading on is what brings the run to its end.
  await finished(stream.resume());
}

/** Counts tests, not the suites around them. */
class Tally {
  passed = 0;
  failed = 0;
  readonly skipped: Skip[] = [];

  pass(test: EventData.TestPass): void {
    const reason = test.skip ?? test.todo;
    if (reason !== undefined && reason !== false) {
      const file = path.relative(ROOT, test.file ?? "");
      const isSaid = typeof reason === "string" && reason !== "";
      this.skipped.push({ file, name: test.name, reason: isSaid ? reason : "no reason given" });
    } else if (test.details.type !== "suite") {
      this.passed += 1;
    }
  }

  failTest(test: EventData.TestFail): void {
    const { error } = test.details;
    // A suite fails because a test in it did, which has been counted; or by itself.
    if ("failureType" in error && error.failureType === "subtestsFailed") {
      return;
    }
    const place = `${path.relative(ROOT, test.file ?? "")}:${String(test.line ?? 0)}`;
    this.fail(test.name, `${place}\n${renderCause(error.cause)}`);
  }

  fail(name: string, report: string): void {
    this.failed += 1;
    console.log(`\n✖ ${name}\n  ${report.replaceAll("\n", "\n  ")}`);
  }
}

/** An assertion's stack begins with the difference, which `inspect` would print a second time. */
function renderCause(cause: unknown): string {
  const isAssertion = cause instanceof Error && "generatedMessage" in cause;
  return isAssertion ? (cause.stack ?? cause.message) : inspect(cause, { depth: 8 });
}
