/** `npm run bench`: the figures of the programs, beside those of what they stand on. */
import { parseArgs } from "node:util";
import { ToolError } from "../tools/tool-error.ts";
import type { Comparison } from "./compare.ts";
import { environmentOn } from "./environment.ts";
import { goalsOf } from "./goals.ts";
import { measureImports } from "./imports.ts";
import { measureMemory } from "./memory.ts";
import type { Report } from "./report.ts";
import { measureRequests } from "./requests.ts";
import { measureSealing } from "./sealing.ts";
import { measureStamping } from "./stamping.ts";
import { measureStart } from "./starting.ts";
import { renderReport } from "./table.ts";
import { measureWrites } from "./writes.ts";

const COMPARING = {
  sealing: measureSealing,
  stamping: measureStamping,
  writes: measureWrites,
  requests: measureRequests,
} as const;
const PARTS = [...Object.keys(COMPARING), "memory", "imports", "start"];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: "boolean", default: false }, date: { type: "string" } },
});
const unknown = positionals.filter((part) => !PARTS.includes(part));
if (unknown.length > 0) {
  throw new ToolError(`there is no part ${unknown.join(", ")}; there are ${PARTS.join(", ")}`);
}
const today = new Date().toISOString().slice(0, "2026-01-01".length);
const report = await measure(values.date ?? today, positionals.length > 0 ? positionals : PARTS);
console.log(values.json ? JSON.stringify(report, null, 2) : renderReport(report));

async function measure(date: string, parts: readonly string[]): Promise<Report> {
  const environment = environmentOn(date);
  const comparisons: Comparison[] = [];
  for (const [part, compareIt] of Object.entries(COMPARING)) {
    if (parts.includes(part)) {
      announce(part);
      comparisons.push(...(await compareIt()));
    }
  }
  const memory = await measured(parts, "memory", measureMemory);
  const imports = await measured(parts, "imports", measureImports);
  const start = await measured(parts, "start", measureStart);
  const goals = goalsOf(comparisons, memory, start);
  return { environment, comparisons, memory, imports, start, goals };
}

async function measured<T>(
  parts: readonly string[],
  part: string,
  measureIt: () => Promise<T>,
): Promise<T | undefined> {
  if (!parts.includes(part)) {
    return undefined;
  }
  announce(part);
  return await measureIt();
}

/** On the error stream, since the other belongs to the report. */
function announce(part: string): void {
  console.error(`bench: measuring ${part} …`);
}
