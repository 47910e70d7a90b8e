/** Checks the imports of all packages, and of the simulation, against the layers and gates of `lint/layer-rules.ts`. */
import * as fs from "node:fs";
import * as path from "node:path";
import { cruise, type ICruiseResult } from "dependency-cruiser";
import { CRUISE_OPTIONS, LAYER_RULES } from "./lint/layer-rules.ts";
import { ROOT } from "./project-files.ts";
import { ToolError } from "./tool-error.ts";

const SOURCES = ["packages", "simulation"];

/** Far below what there is; it is there to notice when none are read. */
const MODULES_MIN = 50;

export interface LayerViolation {
  readonly rule: string;
  readonly from: string;
  readonly to: string;
  readonly instead: string;
}

/**
 * All violations below `directory`, which is laid out as this repository. Refuses to answer where
 * fewer than `modulesMin` modules were read: with a compiler it does not know, dependency-cruiser
 * reads none and reports no violation.
 */
export async function findLayerViolations(
  directory: string,
  modulesMin: number,
): Promise<readonly LayerViolation[]> {
  const present = SOURCES.filter((name) => fs.existsSync(path.join(directory, name)));
  const { output } = await cruise(present, {
    ...CRUISE_OPTIONS,
    validate: true,
    ruleSet: { forbidden: [...LAYER_RULES] },
    baseDir: directory,
  });
  if (typeof output === "string") {
    throw new ToolError("dependency-cruiser returned a report instead of a result");
  }
  requireModules(output, modulesMin);
  return output.summary.violations.map((violation) => ({
    rule: violation.rule.name,
    from: violation.from,
    to: violation.to,
    instead: LAYER_RULES.find(({ name }) => name === violation.rule.name)?.comment ?? "",
  }));
}

function requireModules(result: ICruiseResult, modulesMin: number): void {
  const typescript = result.modules.filter(({ source }) => source.endsWith(".ts"));
  if (typescript.length < modulesMin) {
    throw new ToolError(`only ${typescript.length} TypeScript modules were read; the gate is open`);
  }
}

if (import.meta.main) {
  const violations = await findLayerViolations(ROOT, MODULES_MIN);
  for (const { rule, from, to, instead } of violations) {
    console.error(`${from} → ${to}\n  ${rule}: ${instead}`);
  }
  console.log(`${violations.length} violations of layers and gates`);
  process.exitCode = violations.length === 0 ? 0 : 1;
}
