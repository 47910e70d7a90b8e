import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { ToolError } from "../tools/tool-error.ts";
import { type Latency, latencyOf, type Spread, spreadOf } from "./spread.ts";

const WARM_UP_MS = 50;

type Run = void | readonly number[]; // eslint-disable-line @typescript-eslint/no-invalid-void-type -- most tell nothing

/** One of several ways that are compared. */
export interface Contender {
  readonly name: string;
  /**
   * Does the thing `count` times; how often is chosen by `compare`. May tell how long each took,
   * in milliseconds.
   */
  run(count: number): Run | Promise<Run>;
}

/**
 * `processor`: the time that this process has used, for what computes alone; other programs on the
 * machine do not count. `wall`: the time that has passed, for what waits.
 */
export type TimeKind = "processor" | "wall";

export interface CompareOptions {
  readonly time: TimeKind;
  readonly rounds: number;
  /** About how long one contender runs in one round, in milliseconds. */
  readonly roundMs: number;
}

/** How a contender did. */
export interface Standing {
  readonly name: string;
  readonly perSecond: Spread;
  /** To the first contender in the same round; undefined for the first itself. */
  readonly ratio?: Spread;
  /** How long one took, over all rounds, where the contender tells it. */
  readonly latencyMs?: Latency;
}

export interface Comparison {
  readonly title: string;
  readonly rounds: number;
  readonly standings: readonly Standing[];
}

interface Lane {
  readonly contender: Contender;
  readonly count: number;
  /** Per second, round by round. */
  readonly speeds: number[];
  readonly latenciesMs: number[];
}

/**
 * Measures the contenders in turn, round by round, and relates each to the first of the same round:
 * whatever else the machine does in that second slows both, so the ratio holds where figures do not.
 */
export async function compare(
  title: string,
  contenders: readonly Contender[],
  options: CompareOptions,
): Promise<Comparison> {
  const lanes: Lane[] = [];
  for (const contender of contenders) {
    lanes.push({
      contender,
      count: await countFor(contender, options),
      speeds: [],
      latenciesMs: [],
    });
  }
  for (let round = 0; round < options.rounds; round += 1) {
    for (const lane of lanes) {
      const { elapsedMs, latenciesMs } = await timed(lane.contender, lane.count, options.time);
      lane.speeds.push((lane.count / elapsedMs) * 1000);
      lane.latenciesMs.push(...latenciesMs);
    }
  }
  const first = at(lanes, 0);
  return { title, rounds: options.rounds, standings: lanes.map((lane) => standingOf(lane, first)) };
}

/** How often it is done in a round; finding that out also warms it up. */
async function countFor(contender: Contender, options: CompareOptions): Promise<number> {
  const warmMs = Math.max(options.roundMs, WARM_UP_MS);
  for (let count = 1; ; count *= 2) {
    const { elapsedMs } = await timed(contender, count, options.time);
    if (elapsedMs >= warmMs) {
      return Math.max(1, Math.round((count * options.roundMs) / elapsedMs));
    }
  }
}

interface Timed {
  readonly elapsedMs: number;
  readonly latenciesMs: readonly number[];
}

async function timed(contender: Contender, count: number, time: TimeKind): Promise<Timed> {
  collectGarbage(); // what another left behind is not this one's to clear away
  const start = nowMs(time);
  const latenciesMs = await contender.run(count);
  return { elapsedMs: nowMs(time) - start, latenciesMs: latenciesMs ?? [] };
}

function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc(); gc();"); // the second waits until the first has freed everything
}

function nowMs(time: TimeKind): number {
  if (time === "wall") {
    return performance.now();
  }
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function standingOf({ contender: { name }, speeds, latenciesMs }: Lane, first: Lane): Standing {
  const ratios = speeds.map((speed, round) => speed / at(first.speeds, round));
  return {
    name,
    perSecond: spreadOf(speeds),
    ...(speeds !== first.speeds && { ratio: spreadOf(ratios) }),
    ...(latenciesMs.length > 0 && { latencyMs: latencyOf(latenciesMs) }),
  };
}

/** What lies at a place that exists; checked, because an index cannot tell. */
export function at<T>(items: readonly T[], index: number): T {
  const item = items[index];
  if (item === undefined) {
    throw new ToolError(`nothing lies at ${String(index)} of ${String(items.length)}`);
  }
  return item;
}
