import { setTimeout as pause } from "node:timers/promises";

const POLL_MS = 10;

/** Waits until `look` finds something, and returns it; fails with `what` after `withinMs`. */
export async function eventually<T>(
  what: string,
  withinMs: number,
  look: () => Promise<T | undefined> | T | undefined,
): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) {
      return found;
    }
    if (performance.now() > deadline) {
      throw new Error(`not within ${withinMs} ms: ${what}`);
    }
    await pause(POLL_MS);
  }
}

/** The promise's value; fails with `what` after `withinMs`. */
export async function within<T>(what: string, withinMs: number, promise: Promise<T>): Promise<T> {
  const giveUp = new AbortController();
  const late = pause(withinMs, undefined, { signal: giveUp.signal }).then(
    () => Promise.reject(new Error(`not within ${withinMs} ms: ${what}`)),
    () => new Promise<never>(() => undefined), // given up: the other one decided
  );
  try {
    return await Promise.race([promise, late]);
  } finally {
    giveUp.abort();
  }
}
