import type { Comparison, Standing } from "./compare.ts";
import type { Environment } from "./environment.ts";
import type { ImportFigures } from "./imports.ts";
import type { MemoryFigures } from "./memory.ts";
import type { GoalUnit, Report } from "./report.ts";
import { REVEAL } from "./requests.ts";
import type { Spread } from "./spread.ts";
import type { StartFigures, StartMeasurement } from "./starting.ts";

type Row = readonly string[];

/** The report for people: medians, and in brackets the quartiles. */
export function renderReport(report: Report): string {
  return [
    environmentLines(report.environment),
    ...report.comparisons.map(comparisonLines),
    ...(report.memory === undefined ? [] : [memoryLines(report.memory)]),
    ...(report.imports === undefined ? [] : [importLines(report.imports)]),
    ...(report.start === undefined ? [] : [startLines(report.start)]),
    goalLines(report.goals),
  ]
    .map((lines) => lines.join("\n"))
    .join("\n\n");
}

export function environmentLines(environment: Environment): readonly string[] {
  const { date, node, openssl, system, processor, cores, memoryGib, loadAverage } = environment;
  return [
    `${date}, Node ${node}, OpenSSL ${openssl}, ${system}`,
    `${processor}, ${cores} cores, ${memoryGib} GiB, load ${loadAverage} when it began`,
  ];
}

export function comparisonLines({ title, rounds, standings }: Comparison): readonly string[] {
  const hasLatency = standings.some(({ latencyMs }) => latencyMs !== undefined);
  const head = [`${title} (${rounds} rounds)`, "per second", "", "ratio", ""];
  head.push(...(hasLatency ? ["p50 ms", "p99 ms"] : []));
  return aligned([head, ...standings.map(standingRow)]);
}

function standingRow({ name, perSecond, ratio, latencyMs }: Standing): Row {
  return [
    `  ${name}`,
    ...withQuartiles(perSecond, thousands),
    ...(ratio === undefined ? ["1", ""] : withQuartiles(ratio, two)),
    ...(latencyMs === undefined ? [] : [two(latencyMs.median), two(latencyMs.p99)]),
  ];
}

function startLines({ starts, emptyProgramMs }: StartMeasurement): readonly string[] {
  const head = ["start (ms and MiB)", "ready", "p95", "is-master", "p95", "memory", "idle"];
  const empty = ["  node --eval 0, to its end", whole(emptyProgramMs.median)];
  return aligned([head, ...starts.map(startRow), [...empty, whole(emptyProgramMs.p95)]]);
}

function memoryLines(memory: MemoryFigures): readonly string[] {
  const { items, readyMib, loadedMib, loadMs, idleMib, idleMs } = memory;
  const rows = [
    ["  when it is ready", mebibytes(readyMib)],
    [`  after ${whole(loadMs / 1000)} s of ${REVEAL}`, mebibytes(loadedMib)],
    [`  after ${whole(idleMs / 1000)} s without a request`, mebibytes(idleMib)],
  ];
  return aligned([[`memory with ${thousands(items)} items`, "MiB"], ...rows]);
}

function importLines({ ports, fileMib, runs }: ImportFigures): readonly string[] {
  const title = `a binding file of ${thousands(ports)} ports, ${whole(fileMib)} MiB`;
  const rows = runs.map(({ name, elapsedMs, beyondMib, silentMs }) => [
    `  ${name}`,
    thousands(elapsedMs),
    mebibytes(beyondMib),
    silentMs === undefined ? "" : thousands(silentMs),
  ]);
  return aligned([[title, "ms", "MiB more", "silent ms"], ...rows]);
}

function startRow(start: StartFigures): Row {
  const { name, readyMs, masterMs, residentMib, idleResidentMib } = start;
  return [
    `  ${name}`,
    ...[whole(readyMs.median), whole(readyMs.p95)],
    ...[whole(masterMs.median), whole(masterMs.p95)],
    ...[residentMib?.median, idleResidentMib].map(mebibytes),
  ];
}

export function goalLines(goals: Report["goals"]): readonly string[] {
  const rows = goals.map(({ goal, measured, unit, isReached }) => [
    `  ${goal}`,
    measuredText(measured, unit),
    isReached ? "reached" : "missed",
  ]);
  return goals.length === 0 ? [] : aligned([["goals"], ...rows]);
}

function measuredText(measured: number, unit: GoalUnit): string {
  switch (unit) {
    case "ratio":
      return two(measured);
    case "ms":
      return `${measured < 10 ? two(measured) : whole(measured)} ms`;
    case "per second":
    case "MiB":
      return `${thousands(measured)} ${unit}`;
  }
}

function mebibytes(mib: number | undefined): string {
  return mib === undefined ? "" : whole(mib);
}

function withQuartiles(spread: Spread, render: (value: number) => string): Row {
  const { median, lowerQuartile, upperQuartile } = spread;
  return [render(median), `[${render(lowerQuartile)}, ${render(upperQuartile)}]`];
}

/** The first column to the left, the others to the right. */
export function aligned(rows: readonly Row[]): readonly string[] {
  const columns = Math.max(...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join("  ")
      .trimEnd(),
  );
}

function thousands(value: number): string {
  return whole(value).replace(/\B(?=(\d{3})+$)/g, " ");
}

function whole(value: number): string {
  return String(Math.round(value));
}

function two(value: number): string {
  return value.toFixed(2);
}
