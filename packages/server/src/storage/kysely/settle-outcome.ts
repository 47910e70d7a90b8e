import { CodedError, isCoded } from "../../base/coded-error.ts";
import { pause, type Scheduler } from "../../platform/scheduler.ts";

/** Enough for a failover between two servers that stand by; the caller waits. */
const SETTLE_MS_MAX = 5000;
const RETRY_MS = 100;

/** Whether the transaction was committed; asked under a lock that it holds until it has ended. */
export type LookUnderLock = () => Promise<boolean>;

/**
 * What became of a transaction whose commit got no clear answer: resolves if it was committed, and
 * throws `database-unavailable` if it was not and never will be. Throws the `outcome-unknown` that
 * it was given if nobody could say in time. `look` is a transaction that changes something, and is
 * committed: what it found is then as durable as its own commit (D1), which comes after it.
 */
export async function settleOutcome(
  scheduler: Scheduler,
  unknown: unknown,
  look: LookUnderLock,
): Promise<void> {
  const deadline = { isOver: false };
  const cancel = scheduler.after(SETTLE_MS_MAX, () => {
    deadline.isOver = true;
  });
  try {
    for (;;) {
      const found = await lookOnce(look);
      if (found === "committed") {
        return;
      }
      if (found === "not-committed") {
        throw new CodedError("database-unavailable", {
          detail: "The connection to the database was lost, and the change was not made.",
          cause: unknown,
        });
      }
      if (deadline.isOver) {
        throw unknown;
      }
      await pause(scheduler, RETRY_MS);
    }
  } finally {
    cancel();
  }
}

async function lookOnce(look: LookUnderLock): Promise<"committed" | "not-committed" | "unknown"> {
  try {
    return (await look()) ? "committed" : "not-committed";
  } catch (error) {
    if (isCoded(error, "database-unavailable", "database-locked", "outcome-unknown")) {
      return "unknown";
    }
    throw error;
  }
}
