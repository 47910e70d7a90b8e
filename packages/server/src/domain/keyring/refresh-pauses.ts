import type { CachedSecretTimings } from "./cached-secret-timings.ts";

/**
 * So much of a pause is left to chance for each node there is: when all of them come back at the
 * same moment, the master secret server is asked every so many milliseconds.
 */
const SPREAD_MS_PER_NODE = 5;

/** A number from 0 up to 1, drawn anew for each pause. */
export type Chance = number;

/** How often a confirmed node asks. */
export function refreshMs({ graceMs }: CachedSecretTimings): number {
  return Math.floor(graceMs / 3);
}

/** Until the next refresh after one that succeeded: with many nodes, anywhere in the interval. */
export function pauseAfterAnswer(
  timings: CachedSecretTimings,
  nodes: number,
  chance: Chance,
): number {
  return refreshMs(timings) - chance * spreadMs(timings, nodes);
}

/** After news that all nodes get at the same moment. */
export function pauseAfterNews(
  timings: CachedSecretTimings,
  nodes: number,
  chance: Chance,
): number {
  return chance * spreadMs(timings, nodes);
}

/** After `failures` refreshes in a row that failed, at least one: longer each time, to a limit. */
export function pauseAfterFailure(
  timings: CachedSecretTimings,
  nodes: number,
  failures: number,
  chance: Chance,
): number {
  const { retryMinMs, retryMaxMs } = timings;
  const grownMs = Math.min(retryMaxMs, retryMinMs * 2 ** Math.min(failures, 30));
  const spread = Math.max(grownMs, Math.min(retryMaxMs, spreadMs(timings, nodes)));
  return retryMinMs + chance * Math.max(0, spread - retryMinMs);
}

function spreadMs(timings: CachedSecretTimings, nodes: number): number {
  return Math.min(refreshMs(timings), nodes * SPREAD_MS_PER_NODE);
}
