import { ManualClock } from "../../src/platform/clock.ts";
import type { Cancel, Scheduler } from "../../src/platform/scheduler.ts";

interface Waiting {
  readonly dueMs: number;
  readonly order: number;
  readonly run: () => void;
}

/** Both clocks and the scheduler of one process, moved by hand. */
export class ManualTime extends ManualClock implements Scheduler {
  #order = 0;
  readonly #waiting = new Set<Waiting>();

  after(delayMs: number, run: () => void): Cancel {
    const waiting = { dueMs: this.monotonic() + delayMs, order: this.#order++, run };
    this.#waiting.add(waiting);
    return () => {
      this.#waiting.delete(waiting);
    };
  }

  /** How many wait: a driver that was stopped leaves none. */
  get waitingCount(): number {
    return this.#waiting.size;
  }

  /** Moves time and runs what is due, in order, letting promises settle after each. */
  async run(durationMs: number): Promise<void> {
    const endMs = this.monotonic() + durationMs;
    for (;;) {
      const [next] = [...this.#waiting]
        .filter(({ dueMs }) => dueMs <= endMs)
        .sort((a, b) => a.dueMs - b.dueMs || a.order - b.order);
      if (next === undefined) {
        break;
      }
      this.#waiting.delete(next);
      this.advance(Math.max(0, next.dueMs - this.monotonic()));
      next.run();
      await settled();
    }
    this.advance(Math.max(0, endMs - this.monotonic()));
    await settled();
  }
}

/** Everything that promises alone can do has been done. */
export function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
