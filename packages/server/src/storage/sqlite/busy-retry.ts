import { CodedError } from "../../base/coded-error.ts";
import type { MonotonicMs } from "../../platform/clock.ts";
import { plusMs } from "../../platform/clock.ts";
import { pause } from "../../platform/scheduler.ts";
import { findWriteLockHolder } from "./lock-holder.ts";
import type { SqliteDeps } from "./sqlite-deps.ts";
import { isBusy, sqliteFault } from "./sqlite-fault.ts";

/** How long a transaction tries to begin before it is refused. */
export const BUSY_WAIT_MS_MAX = 2000;

const FIRST_PAUSE_MS_MAX = 2;
const PAUSE_MS_MAX = 16;

/** When a transaction that is asked for now gives up. */
export function busyDeadline({ clock }: SqliteDeps): MonotonicMs {
  return plusMs(clock.monotonic(), BUSY_WAIT_MS_MAX);
}

/**
 * Calls `attempt` until no other connection is in its way; at least once. Between two attempts the
 * event loop is free, and the pauses are random so that processes do not try in step. Throws
 * `database-locked`, naming the process that holds the lock if the system tells, after `deadline`.
 */
export async function retryWhileBusy(
  deps: SqliteDeps,
  path: string,
  deadline: MonotonicMs,
  attempt: () => void,
): Promise<void> {
  let pauseMsMax = FIRST_PAUSE_MS_MAX;
  while (!succeeds(attempt)) {
    if (deps.clock.monotonic() >= deadline) {
      throw await locked(path, deps);
    }
    await pause(deps.scheduler, randomPauseMs(deps, pauseMsMax));
    pauseMsMax = Math.min(pauseMsMax * 2, PAUSE_MS_MAX);
  }
}

function succeeds(attempt: () => void): boolean {
  try {
    attempt();
    return true;
  } catch (error) {
    if (isBusy(error)) {
      return false;
    }
    throw sqliteFault(error);
  }
}

function randomPauseMs({ random }: SqliteDeps, upToMs: number): number {
  const [byte = 0] = random.bytes(1);
  return 1 + (byte * upToMs) / 256;
}

async function locked(path: string, { files }: SqliteDeps): Promise<CodedError> {
  const holder = await findWriteLockHolder(path, (file) => files.readText(file));
  return new CodedError("database-locked", {
    detail:
      holder === undefined
        ? "Another process has been writing to the database file for 2 seconds; try again."
        : `Process ${String(holder)} has held the database file for 2 seconds. If it is stopped ` +
          "or hangs, continue or end it; else try again.",
  });
}
