import type { Clock, MonotonicMs, WallTimeMs } from "../../packages/server/src/platform/clock.ts";
import type { Cancel, Scheduler } from "../../packages/server/src/platform/scheduler.ts";
import type { Life } from "../engine/life.ts";
import type { VirtualTime } from "../engine/virtual-time.ts";

/** The clocks of one machine: they run a little fast or slow, and the wall clock can jump. */
export class NodeClock implements Clock {
  readonly #time: VirtualTime;
  #beganMs: number;
  #beganAt = 0;
  #rate: number;
  #jumpedMs = 0;

  constructor(time: VirtualTime, rate: number) {
    this.#time = time;
    this.#beganMs = time.nowMs;
    this.#rate = rate;
  }

  /** 1: as true time. */
  get rate(): number {
    return this.#rate;
  }

  /** From now on it runs as fast as that. */
  drift(rate: number): void {
    this.#beganAt = this.monotonic();
    this.#beganMs = this.#time.nowMs;
    this.#rate = rate;
  }

  wallTime(): WallTimeMs {
    return Math.floor(this.#time.nowMs + this.#jumpedMs) as WallTimeMs; // as systems tell it
  }

  monotonic(): MonotonicMs {
    return (this.#beganAt + (this.#time.nowMs - this.#beganMs) * this.#rate) as MonotonicMs;
  }

  jump(ms: number): void {
    this.#jumpedMs += ms;
  }

  /** Timers of a process on this machine. */
  schedulerOf(life: Life): Scheduler {
    return {
      after: (delayMs: number, run: () => void): Cancel =>
        this.#time.after(delayMs / this.rate, run, life),
    };
  }
}
