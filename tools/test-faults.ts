/**
 * `npm run test:faults`: what befalls a system of three candidates, twenty rounds of each fault,
 * with the times that a node has by default, and a table of what came of it.
 *
 *   npm run test:faults -- --rounds 5 sqlite cuts
 */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { parseArgs } from "node:util";
import { renderFaults } from "./testing/fault-table.ts";
import { runTestStep } from "./testing/run-test-files.ts";
import { renderSummary } from "./testing/summary.ts";
import { ToolError } from "./tool-error.ts";

const FILES = ["sqlite", "postgres", "cuts", "database"];
const FILE_MS_MAX = 3_600_000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: "string", default: "20" } },
});
if (positionals.some((name) => !FILES.includes(name)) || !/^[1-9]\d*$/.test(values.rounds)) {
  throw new ToolError(
    `usage: npm run test:faults -- [--rounds N] [${FILES.join("] [")}]; N is 1 or more`,
  );
}
const directory = fs.mkdtempSync(path.join(os.tmpdir(), "chatelaine-faults-"));
const figures = path.join(directory, "figures");
fs.writeFileSync(figures, "");
process.env["CHATELAINE_TEST_FAULT_FIGURES"] = figures;
process.env["CHATELAINE_TEST_FAULT_ROUNDS"] = values.rounds;
process.env["CHATELAINE_TEST_FAULT_TIMES"] = "default";

const stopped = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.once(signal, () => {
    stopped.abort();
  });
}
try {
  const step = {
    claim: "three candidates survive what befalls them",
    files: (positionals.length > 0 ? positionals : FILES).map(
      (name) => `test/system/failover-${name}.test.ts`,
    ),
    concurrency: 1,
    fileMsMax: FILE_MS_MAX,
  };
  const result = await runTestStep(step, stopped.signal);
  console.log(renderFaults(fs.readFileSync(figures, "utf8")));
  console.log(renderSummary([result], 0));
  process.exitCode = result.failed > 0 ? 1 : 0;
} finally {
  fs.rmSync(directory, { recursive: true });
}
