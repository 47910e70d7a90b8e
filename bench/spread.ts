/** What several measurements of one thing say. */
export interface Spread {
  readonly median: number;
  /** Half of the measurements lie between the quartiles. */
  readonly lowerQuartile: number;
  readonly upperQuartile: number;
  readonly p95: number;
}

/** How long things took, in milliseconds. */
export interface Latency {
  readonly median: number;
  readonly p99: number;
}

/** Of at least one value; each by the nearest rank, so that it is one of the values. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  return {
    median: rank(sorted, 0.5),
    lowerQuartile: rank(sorted, 0.25),
    upperQuartile: rank(sorted, 0.75),
    p95: rank(sorted, 0.95),
  };
}

/** Of at least one value, likewise. */
export function latencyOf(valuesMs: readonly number[]): Latency {
  const sorted = valuesMs.toSorted((a, b) => a - b);
  return { median: rank(sorted, 0.5), p99: rank(sorted, 0.99) };
}

function rank(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN;
}
