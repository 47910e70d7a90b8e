import { plusMs, type Clock, type MonotonicMs } from "../platform/clock.ts";
import type { Cancel, Scheduler } from "../platform/scheduler.ts";

interface Asked {
  readonly done: Promise<void>;
  readonly end: () => void;
}

/**
 * Runs one piece of work again and again, never twice at once: after the pause it asked for, or
 * sooner if somebody asks. All who ask while one runs share the next.
 */
export class Turns {
  readonly #scheduler: Scheduler;
  readonly #clock: Clock;
  /** Does the work and returns the pause after it, in ms. Never throws. */
  readonly #work: () => Promise<number>;
  #isRunning = false;
  #cancel: Cancel | undefined;
  #dueAt: MonotonicMs | undefined;
  #turn: Promise<void> | undefined;
  #asked: Asked | undefined;

  constructor(scheduler: Scheduler, clock: Clock, work: () => Promise<number>) {
    this.#scheduler = scheduler;
    this.#clock = clock;
    this.#work = work;
  }

  start(): void {
    this.#isRunning = true;
    this.within(0);
  }

  async stop(): Promise<void> {
    this.#isRunning = false;
    this.#cancel?.();
    this.#dueAt = undefined;
    await this.#turn;
    this.#asked?.end();
  }

  /** Resolves when a turn that began after the call has ended; at once if there are none any more. */
  now(): Promise<void> {
    if (!this.#isRunning) {
      return Promise.resolve();
    }
    this.#asked ??= makeAsked();
    this.within(0);
    return this.#asked.done;
  }

  /** The next turn begins at the latest after so long. */
  within(delayMs: number): void {
    const at = plusMs(this.#clock.monotonic(), delayMs);
    if (!this.#isRunning || (this.#dueAt !== undefined && this.#dueAt <= at)) {
      return;
    }
    this.#dueAt = at;
    this.#cancel?.();
    if (this.#turn === undefined) {
      this.#cancel = this.#scheduler.after(delayMs, () => {
        this.#begin();
      });
    }
  }

  #begin(): void {
    const asked = this.#asked;
    this.#asked = undefined;
    this.#dueAt = undefined;
    this.#turn = this.#work().then((pauseMs) => {
      this.#turn = undefined;
      asked?.end();
      this.#continue(pauseMs);
    });
  }

  /** Somebody may have asked for an earlier turn while this one ran. */
  #continue(pauseMs: number): void {
    const dueAt = this.#dueAt;
    this.#dueAt = undefined;
    const askedMs = dueAt === undefined ? pauseMs : Math.max(0, dueAt - this.#clock.monotonic());
    this.within(Math.min(pauseMs, askedMs));
  }
}

function makeAsked(): Asked {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  return {
    done: promise,
    end: () => {
      resolve(undefined);
    },
  };
}
