/**
 * `npm test`: everything. `npm run check`: what needs no server, within a minute. The steps' names
 * are the claims; the last line is `N passed, N failed`.
 */
import { globSync } from "node:fs";
import * as os from "node:os";
import { ROOT } from "./project-files.ts";
import { POSTGRES_DATA_VARIABLE, POSTGRES_URL_VARIABLE, sharedPostgres } from "./test-postgres.ts";
import { requirement } from "./requirement.ts";
import { runTestStep, type TestStep } from "./testing/run-test-files.ts";
import { runToolStep, type ToolStep } from "./testing/run-tool.ts";
import type { StepResult } from "./testing/step-result.ts";
import { renderSummary } from "./testing/summary.ts";

const PROCESSORS = os.availableParallelism();

const TOOL_STEPS: readonly ToolStep[] = [
  { claim: "every type holds, package by package", commands: typeChecks() },
  { claim: "no lint or house rule is broken", commands: [["eslint", "--max-warnings=0", "."]] },
  {
    claim: "every file is formatted",
    commands: [["prettier", "--check", "--log-level=warn", "."]],
  },
  { claim: "no import crosses a layer or a gate", commands: [["tools/layers.ts"]] },
];

/** In as many processes as there are processors, so it shares them with nothing. */
const SIMULATION_STEP: ToolStep = {
  claim: "a thousand simulated systems keep every promise, whatever befalls them",
  commands: [["simulation/main.ts", "--seeds", "1000"]],
};

const SERVER_TESTS = [
  "packages/server/src/storage/**/*.test.ts",
  "packages/{server,cli}/test/**/*.test.ts",
  "simulation/{database,schedules}/**/*.test.ts",
];

const UNIT_STEP: TestStep = {
  claim: "the code keeps its promises: unit and property tests",
  files: ["packages/*/src/**/*.test.ts", "packages/*/test/**/*.test.ts", "tools/**/*.test.ts"],
  exclude: SERVER_TESTS,
  concurrency: PROCESSORS,
};

const SERVER_STEPS: readonly TestStep[] = [
  {
    claim: "SQLite, PostgreSQL and the simulated database keep the same contracts",
    files: SERVER_TESTS,
    concurrency: PROCESSORS,
  },
  {
    claim: "runs are decided by their seeds, and notice each rule that is taken out",
    files: ["simulation/{run,mutations}/**/*.test.ts"],
    concurrency: 1,
  },
  {
    claim: "real processes survive what befalls them: system tests",
    files: ["test/**/*.test.ts"],
    // These kill processes and wait for answers; neighbours would only make them slow.
    concurrency: 1,
  },
];

const stopped = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.once(signal, () => {
    stopped.abort();
    process.exit(128 + os.constants.signals[signal]);
  });
}

const results = [...(await runToolSteps()), await runTestStep(UNIT_STEP, stopped.signal)];
if (process.argv[2] !== "check") {
  results.push(await runToolStep(SIMULATION_STEP), ...(await runServerSteps()));
}
const mayNotSkip = process.env["CHATELAINE_TEST_REQUIRE"] === "all";
const skips = results.flatMap((result) => result.skipped).length;
const strayFailures = mayNotSkip ? skips : 0;
console.log(renderSummary(results, strayFailures));
process.exitCode = strayFailures > 0 || results.some(({ failed }) => failed > 0) ? 1 : 0;

function typeChecks(): readonly (readonly string[])[] {
  const projects = globSync("{packages/*,tools,test,bench,simulation}/tsconfig{,.test}.json", {
    cwd: ROOT,
  });
  return projects.sort().map((project) => ["tsc", "--project", project]);
}

/** The steps in the order of their start; as many at once as there are processors. */
async function runToolSteps(): Promise<readonly StepResult[]> {
  const waiting = [...TOOL_STEPS];
  const done = new Map<ToolStep, StepResult>();
  const worker = async (): Promise<void> => {
    for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) {
      done.set(step, await runToolStep(step));
    }
  };
  await Promise.all(Array.from({ length: PROCESSORS }, worker));
  return TOOL_STEPS.flatMap((step) => done.get(step) ?? []);
}

/** One PostgreSQL serves all files; each makes a database of its own in it. */
async function runServerSteps(): Promise<readonly StepResult[]> {
  if (requirement("postgres") !== undefined) {
    return runInTurn(SERVER_STEPS);
  }
  const postgres = await sharedPostgres();
  process.env[POSTGRES_URL_VARIABLE] = postgres.url;
  if (postgres.dataDirectory !== undefined) {
    process.env[POSTGRES_DATA_VARIABLE] = postgres.dataDirectory;
  }
  try {
    return await runInTurn(SERVER_STEPS);
  } finally {
    await postgres.stop();
  }
}

async function runInTurn(steps: readonly TestStep[]): Promise<readonly StepResult[]> {
  const done: StepResult[] = [];
  for (const step of steps) {
    done.push(await runTestStep(step, stopped.signal));
  }
  return done;
}
