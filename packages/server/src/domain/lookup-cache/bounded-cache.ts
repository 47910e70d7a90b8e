import type { Clock, MonotonicMs } from "../../platform/clock.ts";

export interface CacheLimits {
  readonly entriesMax: number;
  readonly bytesMax: number;
  /** How long a value may be used after it was put; 0: nothing is kept. */
  readonly timeoutMs: number;
}

interface Kept<Value> {
  readonly value: Value;
  readonly bytes: number;
  readonly keptAt: MonotonicMs;
}

/** What an entry costs beyond its value, in bytes: its key, its place in the map, its objects. */
const OVERHEAD_BYTES = 512;

/** Values by key, the least recently used of which go when there are too many, or too large. */
export class BoundedCache<Value> {
  readonly #limits: CacheLimits;
  readonly #clock: Clock;
  /** The map's own order is that of use: the first is the one that goes. */
  readonly #entries = new Map<string, Kept<Value>>();
  #bytes = 0;

  constructor(limits: CacheLimits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
  }

  get entries(): number {
    return this.#entries.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** The value and its age; undefined if there is none, or it has been kept for too long. */
  get(key: string): { readonly value: Value; readonly ageMs: number } | undefined {
    const kept = this.#entries.get(key);
    if (kept === undefined) {
      return undefined;
    }
    const ageMs = this.#clock.monotonic() - kept.keptAt;
    if (ageMs >= this.#limits.timeoutMs) {
      this.delete(key);
      return undefined;
    }
    this.#entries.delete(key);
    this.#entries.set(key, kept);
    return { value: kept.value, ageMs };
  }

  /** Replaces what was there. A value larger than the whole cache is not kept. */
  put(key: string, value: Value, valueBytes: number): void {
    const bytes = valueBytes + OVERHEAD_BYTES;
    this.delete(key);
    if (this.#limits.timeoutMs === 0 || bytes > this.#limits.bytesMax) {
      return;
    }
    this.#entries.set(key, { value, bytes, keptAt: this.#clock.monotonic() });
    this.#bytes += bytes;
    this.#makeRoom();
  }

  delete(key: string): void {
    this.#bytes -= this.#entries.get(key)?.bytes ?? 0;
    this.#entries.delete(key);
  }

  /** How many there were. */
  clear(): number {
    const count = this.#entries.size;
    this.#entries.clear();
    this.#bytes = 0;
    return count;
  }

  #makeRoom(): void {
    const { entriesMax, bytesMax } = this.#limits;
    for (const key of this.#entries.keys()) {
      if (this.#entries.size <= entriesMax && this.#bytes <= bytesMax) {
        return;
      }
      this.delete(key);
    }
  }
}
