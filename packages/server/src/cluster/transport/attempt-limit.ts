import type { Clock, MonotonicMs } from "../../platform/clock.ts";

export interface AttemptLimits {
  readonly windowMs: number;
  /** In one window, from one source. */
  readonly perSourceMax: number;
  /** In one window, from all together. */
  readonly totalMax: number;
}

/** Counts attempts by source in windows of fixed length; remembers no more than one window holds. */
export class AttemptLimit {
  readonly #clock: Clock;
  readonly #limits: AttemptLimits;
  #windowStart: MonotonicMs;
  #total = 0;
  readonly #bySource = new Map<string, number>();

  constructor(clock: Clock, limits: AttemptLimits) {
    this.#clock = clock;
    this.#limits = limits;
    this.#windowStart = clock.monotonic();
  }

  /** Whether this attempt is still within the limits; it counts if it is. */
  mayTry(source: string): boolean {
    const now = this.#clock.monotonic();
    if (now - this.#windowStart >= this.#limits.windowMs) {
      this.#windowStart = now;
      this.#total = 0;
      this.#bySource.clear();
    }
    const ofSource = this.#bySource.get(source) ?? 0;
    if (this.#total >= this.#limits.totalMax || ofSource >= this.#limits.perSourceMax) {
      return false;
    }
    this.#total += 1;
    this.#bySource.set(source, ofSource + 1);
    return true;
  }
}
