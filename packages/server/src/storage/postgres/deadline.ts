import type { Scheduler } from "../../platform/scheduler.ts";

/** What came of work that was given a time: an ending of its own, or none yet. */
export type Ended<T> = { readonly kind: "ended"; readonly value: T } | { readonly kind: "late" };

/** Waits for `work`, at most `waitMs`; rejects as it does. Late work goes on, unheard. */
export async function withinTime<T>(
  scheduler: Scheduler,
  waitMs: number,
  work: Promise<T>,
): Promise<Ended<T>> {
  const late = Promise.withResolvers<Ended<T>>();
  const cancel = scheduler.after(waitMs, () => {
    late.resolve({ kind: "late" });
  });
  try {
    const ended = work.then((value): Ended<T> => ({ kind: "ended", value }));
    return await Promise.race([ended, late.promise]);
  } finally {
    cancel();
  }
}
