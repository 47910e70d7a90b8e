import type { Comparison } from "../compare.ts";
import type { Environment } from "../environment.ts";
import { goalsOf } from "../goals.ts";
import { latencyOf } from "../spread.ts";
import { aligned, comparisonLines, environmentLines, goalLines } from "../table.ts";
import { FAULTS } from "./faults.ts";
import { IDLE_PERCENT_MAX, type IdleCost } from "./idle-cost.ts";
import type { FaultFigures } from "./measure-faults.ts";
import { LOSS_PERCENT_MAX, type PgbenchCost } from "./pgbench-cost.ts";

const HEAD = [
  "fault to first fenced write, ms",
  ...["rounds", "p50", "p99", "max", "goal p99", "", "claim p50"],
  ...["reads", "writes", "failed", "slowest read", "load"],
];

const IDLE_HEAD = ["without a caller, percent of one core (goal at most 1)", "measured", ""];

/** Everything that one run found; `--json` prints it as it is. */
export interface FailoverReport {
  readonly environment: Environment;
  readonly figures: readonly FaultFigures[];
  readonly idle: readonly IdleCost[];
  readonly writes: readonly Comparison[];
  /** Undefined where it was not asked for, or there is no pgbench. */
  readonly pgbench: PgbenchCost | undefined;
}

/** The report for people: one row for each fault, what failed, and what it costs. */
export function renderFailover(report: FailoverReport): string {
  const { environment, figures, idle, writes, pgbench } = report;
  const failures = figures.flatMap(({ rounds }) => rounds.flatMap((round) => round.failures));
  const goals = goalsOf(writes, undefined, undefined);
  return [
    environmentLines(environment),
    ...(figures.length === 0 ? [] : [aligned([HEAD, ...figures.map(rowOf)])]),
    ...(failures.length === 0 ? [] : [["failed on nodes that were spared:", ...failures]]),
    ...(idle.length === 0 ? [] : [aligned([IDLE_HEAD, ...idle.map(idleRow)])]),
    ...writes.map(comparisonLines),
    ...(goals.length === 0 ? [] : [goalLines(goals)]),
    ...(pgbench === undefined ? [] : [pgbenchLines(pgbench)]),
  ]
    .map((lines) => lines.join("\n"))
    .join("\n\n");
}

/** Each pair too, as one machine's figures may lie further apart than what is looked for. */
function pgbenchLines({ pairs, lossPercent }: PgbenchCost): readonly string[] {
  const { median, lowerQuartile, upperQuartile } = lossPercent;
  const canTell = upperQuartile - lowerQuartile < LOSS_PERCENT_MAX;
  const verdict = canTell
    ? reachedText(median < LOSS_PERCENT_MAX)
    : "the pairs lie too far apart to tell";
  return [
    ...aligned([
      ["pgbench, transactions per second", "alone", "beside three candidates"],
      ...pairs.map(({ alone, besideCandidates }, index) => [
        `  pair ${String(index + 1)}`,
        whole(alone),
        whole(besideCandidates),
      ]),
    ]),
    `  loses ${median.toFixed(2)} % [${lowerQuartile.toFixed(2)} to ${upperQuartile.toFixed(2)}], goal below ${String(LOSS_PERCENT_MAX)} %: ${verdict}`,
  ];
}

function idleRow({ database, node, isMaster, corePercent }: IdleCost): readonly string[] {
  const name = `  ${database}, ${node}, ${isMaster ? "master secret server" : "candidate"}`;
  return [name, corePercent.toFixed(2), reachedText(corePercent <= IDLE_PERCENT_MAX)];
}

function rowOf({ database, fault, by, rounds, loadAverage }: FaultFigures): readonly string[] {
  const writesMs = rounds.map(({ writeMs }) => writeMs);
  const { median, p99 } = latencyOf(writesMs);
  const goal = FAULTS.find(({ name }) => name === fault);
  const most = goal?.p99MsMax;
  const sum = (count: (round: (typeof rounds)[number]) => number): string =>
    String(rounds.reduce((total, round) => total + count(round), 0));
  return [
    `  ${database}, ${fault}${by === undefined ? "" : `, by ${by}`}`,
    String(rounds.length),
    ...[median, p99, Math.max(...writesMs)].map(whole),
    ...(most === undefined ? ["-", ""] : [goalText(most, goal?.aimMs), reachedText(p99 <= most)]),
    whole(latencyOf(rounds.map(({ claimMs }) => claimMs)).median),
    ...[sum(({ reads }) => reads), sum(({ writes }) => writes)],
    sum(({ failures }) => failures.length),
    whole(Math.max(...rounds.map(({ slowestReadMs }) => slowestReadMs))),
    loadAverage.toFixed(2),
  ];
}

function goalText(most: number, aim: number | undefined): string {
  return aim === undefined ? whole(most) : `${whole(most)} (aim ${whole(aim)})`;
}

function reachedText(isReached: boolean): string {
  return isReached ? "reached" : "missed";
}

function whole(value: number): string {
  return String(Math.round(value));
}
