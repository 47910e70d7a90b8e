import type { Comparison, Standing } from "./compare.ts";
import type { Environment } from "./environment.ts";
import type { Goal, Report } from "./report.ts";
import type { Spread } from "./spread.ts";
import type { StartFigures, StartMeasurement } from "./starting.ts";

type Row = readonly string[];

/** The report for people: medians, and in brackets the quartiles. */
export function renderReport(report: Report): string {
  return [
    environmentLines(report.environment),
    ...report.comparisons.map(comparisonLines),
    ...(report.start === undefined ? [] : [startLines(report.start)]),
    goalLines(report.goals),
  ]
    .map((lines) => lines.join("\n"))
    .join("\n\n");
}

function environmentLines(environment: Environment): readonly string[] {
  const { date, node, openssl, system, processor, cores, memoryGib, loadAverage } = environment;
  return [
    `${date}, Node ${node}, OpenSSL ${openssl}, ${system}`,
    `${processor}, ${cores} cores, ${memoryGib} GiB, load ${loadAverage} when it began`,
  ];
}

function comparisonLines({ title, rounds, standings }: Comparison): readonly string[] {
  const head = [`${title} (${rounds} rounds)`, "per second", "", "ratio", ""];
  return aligned([head, ...standings.map(standingRow)]);
}

function standingRow({ name, perSecond, ratio }: Standing): Row {
  const speed = withQuartiles(perSecond, thousands);
  return [`  ${name}`, ...speed, ...(ratio === undefined ? ["1", ""] : withQuartiles(ratio, two))];
}

function startLines({ starts, emptyProgramMs }: StartMeasurement): readonly string[] {
  const head = ["start (ms and MiB)", "ready", "p95", "is-master", "p95", "memory", "idle"];
  const empty = ["  node --eval 0, to its end", whole(emptyProgramMs.median)];
  return aligned([head, ...starts.map(startRow), [...empty, whole(emptyProgramMs.p95)]]);
}

function startRow(start: StartFigures): Row {
  const { name, readyMs, masterMs, residentMib, idleResidentMib } = start;
  return [
    `  ${name}`,
    ...[whole(readyMs.median), whole(readyMs.p95)],
    ...[whole(masterMs.median), whole(masterMs.p95)],
    ...[residentMib?.median, idleResidentMib].map((mib) => (mib === undefined ? "" : whole(mib))),
  ];
}

function goalLines(goals: readonly Goal[]): readonly string[] {
  const rows = goals.map(({ goal, measured, unit, isReached }) => [
    `  ${goal}`,
    unit === "ms" ? `${whole(measured)} ms` : two(measured),
    isReached ? "reached" : "missed",
  ]);
  return goals.length === 0 ? [] : aligned([["goals"], ...rows]);
}

function withQuartiles(spread: Spread, render: (value: number) => string): Row {
  const { median, lowerQuartile, upperQuartile } = spread;
  return [render(median), `[${render(lowerQuartile)}, ${render(upperQuartile)}]`];
}

/** The first column to the left, the others to the right. */
function aligned(rows: readonly Row[]): readonly string[] {
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
