/** `npm run bench:failover`: how long nobody is master secret server, and that nobody notices. */
import { parseArgs } from "node:util";
import { ToolError } from "../../tools/tool-error.ts";
import { environmentOn } from "../environment.ts";
import { FAULTS } from "./faults.ts";
import { measureIdle, type IdleCost } from "./idle-cost.ts";
import { measureFaults, type DatabaseKind, type FaultFigures } from "./measure-faults.ts";
import { hasPgbench, measurePgbench, type PgbenchCost } from "./pgbench-cost.ts";
import { renderFailover } from "./render-failover.ts";
import { measureWrites } from "../writes.ts";

const DATABASES: readonly DatabaseKind[] = ["sqlite", "postgres"];

const PARTS = ["faults", "costs"] as const;
const PGBENCH_SECONDS = 20;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: "string", default: "30" },
    "idle-seconds": { type: "string", default: "60" },
    "pgbench-pairs": { type: "string", default: "9" },
    fault: { type: "string", multiple: true },
    database: { type: "string", multiple: true },
    json: { type: "boolean", default: false },
    date: { type: "string" },
  },
});
const rounds = countOf("rounds");
const idleMs = countOf("idle-seconds") * 1000;
const pairs = countOf("pgbench-pairs");
const faultNames = FAULTS.map(({ name }) => name);
const chosenFaults = chosen("fault", values.fault, faultNames);
const faults = FAULTS.filter(({ name }) => chosenFaults.includes(name));
const environment = environmentOn(values.date ?? new Date().toISOString().slice(0, 10));
const parts = chosen("part", positionals.length === 0 ? undefined : positionals, PARTS);
const figures: FaultFigures[] = [];
const idle: IdleCost[] = [];
const kinds = chosen("database", values.database, DATABASES);
for (const kind of kinds) {
  if (parts.includes("faults")) {
    figures.push(...(await measureFaults(kind, { faults, rounds, progress })));
  }
  if (parts.includes("costs")) {
    progress(`${kind}: three candidates without a caller`);
    idle.push(...(await measureIdle(kind, idleMs)));
  }
}
if (parts.includes("costs")) {
  progress("fenced writes beside unfenced ones");
}
const writes = parts.includes("costs") ? await measureWrites() : [];
const pgbench = parts.includes("costs") && kinds.includes("postgres") ? await besides() : undefined;
const report = { environment, figures, idle, writes, pgbench };
if (process.stderr.isTTY) {
  progress("");
}
console.log(values.json ? JSON.stringify(report, null, 2) : renderFailover(report));
// What starts the nodes is shared with the tests, and registers itself with the runner of tests:
// that would print its own summary at the natural end.
process.exit(0);

/** Undefined where this machine has no pgbench. */
async function besides(): Promise<PgbenchCost | undefined> {
  if (!hasPgbench()) {
    progress("there is no pgbench on this machine: its figures are left out");
    return undefined;
  }
  return await measurePgbench({ pairs, runSeconds: PGBENCH_SECONDS, progress });
}

function countOf(option: "rounds" | "idle-seconds" | "pgbench-pairs"): number {
  const count = Number(values[option]);
  if (!Number.isInteger(count) || count < 1) {
    throw new ToolError(`--${option} must be a whole number from 1`);
  }
  return count;
}

function chosen<Name extends string>(
  option: string,
  given: readonly string[] | undefined,
  all: readonly Name[],
): readonly Name[] {
  const unknown = given?.filter((name) => !all.some((each) => each === name)) ?? [];
  if (unknown.length > 0) {
    throw new ToolError(`--${option} ${unknown.join(", ")}: there are ${all.join(", ")}`);
  }
  return given === undefined ? all : all.filter((name) => given.includes(name));
}

/** On the error stream, since the other belongs to the report; one line that changes, on a terminal. */
function progress(line: string): void {
  if (process.stderr.isTTY) {
    process.stderr.write(`\r\u001b[K${line}`);
  } else {
    console.error(`bench: ${line}`);
  }
}
