import { readFileSync, statSync } from "node:fs";
import { setImmediate as breathe } from "node:timers/promises";
import { eventually } from "./eventually.ts";
import type { TestDatabase } from "./test-database.ts";

/** A process that can be stopped and continued. */
export interface Freezable {
  readonly pid: number;
  kill(signal: NodeJS.Signals): void;
}

const SOON_MS = 30_000;
/** Of the lock byte of WAL mode that only a writer holds (sqlite.org/walformat.html). */
const WAL_WRITE_LOCK = "120";

/** Whoever is frozen inside a write keeps all others from writing into an SQLite file. */
export async function freezeOutsideOfWrites(
  process: Freezable,
  database: TestDatabase,
): Promise<void> {
  await eventually("to freeze the node outside of a write", SOON_MS, async () => {
    await freeze(process);
    if (database.kind === "postgres" || !holdsWriteLock(process.pid, database.place)) {
      return true;
    }
    process.kill("SIGCONT");
    return undefined;
  });
}

/** Frozen while it holds the write lock of the file; somebody must keep it writing. */
export async function freezeInsideOfWrite(process: Freezable, file: string): Promise<void> {
  const deadline = performance.now() + SOON_MS;
  while (performance.now() < deadline) {
    await breathe(); // whoever keeps it writing does so from this process
    if (holdsWriteLock(process.pid, file)) {
      await freeze(process);
      if (holdsWriteLock(process.pid, file)) {
        return;
      }
      process.kill("SIGCONT");
    }
  }
  throw new Error(`not within ${SOON_MS} ms: to freeze the node inside a write`);
}

async function freeze(process: Freezable): Promise<void> {
  process.kill("SIGSTOP");
  await eventually("it to be frozen", SOON_MS, () =>
    /^State:\s+T/m.test(readFileSync(`/proc/${process.pid}/status`, "utf8")) ? true : undefined,
  );
}

function holdsWriteLock(pid: number, file: string): boolean {
  const inode = statSync(`${file}-shm`).ino;
  return readFileSync("/proc/locks", "utf8")
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .some(
      ([, , , kind, holder, place = "", from]) =>
        kind === "WRITE" &&
        holder === String(pid) &&
        place.endsWith(`:${inode}`) &&
        from === WAL_WRITE_LOCK,
    );
}
