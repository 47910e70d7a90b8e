/** What several measurements of one thing say. */
export interface Spread {
  readonly median: number;
  /** Half of the measurements lie between the quartiles. */
  readonly lowerQuartile: number;
  readonly upperQuartile: number;
  readonly p95: number;
}

/** Of at least one value; each by the nearest rank, so that it is one of the values. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const rank = (share: number): number =>
    sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN;
  return {
    median: rank(0.5),
    lowerQuartile: rank(0.25),
    upperQuartile: rank(0.75),
    p95: rank(0.95),
  };
}
