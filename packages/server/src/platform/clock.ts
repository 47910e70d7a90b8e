declare const wallTime: unique symbol;
declare const monotonic: unique symbol;

/** Milliseconds since 1970-01-01T00:00:00Z. For records and expiries that people read. */
export type WallTimeMs = number & { readonly [wallTime]: true };
/** Milliseconds on a clock that never goes back. For validity and time-outs in this process. */
export type MonotonicMs = number & { readonly [monotonic]: true };

/** The two clocks; their instants cannot be mixed. */
export interface Clock {
  wallTime(): WallTimeMs;
  monotonic(): MonotonicMs;
}

export const systemClock: Clock = {
  wallTime: () => Date.now() as WallTimeMs,
  monotonic: () => performance.now() as MonotonicMs,
};

export function plusMs<Instant extends WallTimeMs | MonotonicMs>(
  instant: Instant,
  durationMs: number,
): Instant {
  return (instant + durationMs) as Instant;
}

/** Clocks that tests set by hand. */
export class ManualClock implements Clock {
  #nowMs: number;

  constructor(startMs = 1_700_000_000_000) {
    this.#nowMs = startMs;
  }

  wallTime(): WallTimeMs {
    return this.#nowMs as WallTimeMs;
  }

  monotonic(): MonotonicMs {
    return this.#nowMs as MonotonicMs;
  }

  advance(durationMs: number): void {
    this.#nowMs += durationMs;
  }
}
