import type { Life } from "./life.ts";
import type { VirtualTime } from "./virtual-time.ts";

/** How long work outside of the thread takes in virtual time. */
const WORK_MS = 0.5;

/**
 * Work that is really done elsewhere (WebCrypto), put on the schedule: time waits for its result,
 * which is delivered in the order of asking, to whoever is still alive.
 */
export async function onSchedule<T>(time: VirtualTime, life: Life, work: Promise<T>): Promise<T> {
  const ended = work.then(
    () => undefined,
    () => undefined, // thrown below
  );
  await new Promise<void>((resolve) => {
    time.after(
      WORK_MS,
      async () => {
        await ended;
        resolve();
      },
      life,
    );
  });
  return await work;
}
