import type { VirtualTime } from "./virtual-time.ts";

/**
 * Resolves when all promises that could go on have done so: the event loop turns to its next phase
 * only when no microtask is left.
 */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/**
 * Lets time go on, happening by happening, until `isOver` or nothing is left to happen. After each
 * one, everything it set in motion has come to rest before `afterEach` and the next one.
 */
export async function runEvents(
  time: VirtualTime,
  isOver: () => boolean,
  afterEach: () => void = () => undefined,
): Promise<void> {
  for (;;) {
    await settled();
    afterEach();
    const step = isOver() ? undefined : time.step();
    if (step === undefined) {
      return;
    }
    await step.done;
  }
}
