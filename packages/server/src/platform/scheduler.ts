export type Cancel = () => void;

/** The only way to wait. */
export interface Scheduler {
  /** Runs `run` once, at least `delayMs` from now, unless cancelled first. */
  after(delayMs: number, run: () => void): Cancel;
}

export const systemScheduler: Scheduler = {
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    return () => {
      clearTimeout(timer);
    };
  },
};

/** Resolves after `delayMs`, or at once when `signal` is aborted; never rejects. */
export function pause(scheduler: Scheduler, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) {
      resolve();
      return;
    }
    const done = (): void => {
      cancel();
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const cancel = scheduler.after(delayMs, done);
    signal?.addEventListener("abort", done);
  });
}

/**
 * Resolves when this turn of the event loop has handled what had come in. Whoever waits for it
 * before dear work shares that work with all requests of the turn.
 */
export function endOfTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
