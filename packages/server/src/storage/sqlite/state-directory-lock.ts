import { DatabaseSync } from "node:sqlite";
import type { DatabaseFiles } from "../database-files.ts";
import { isBusy, sqliteFault } from "./sqlite-fault.ts";

export interface HeldLock {
  release(): void;
}

/**
 * Takes the lock on the file `path`, which is made if it is not there; undefined if another
 * process has it, or this one already. The kernel releases it when the process ends, however it
 * ends, so a lock that can be taken proves that the process which had it is dead.
 *
 * Node has no `flock`; an SQLite file in an exclusive transaction is one. Nobody may open and close
 * the file in another way: POSIX drops all of a process's locks on a file at its first close.
 * Throws as `sqliteFault`.
 */
export async function acquireLock(
  path: string,
  files: Pick<DatabaseFiles, "createPrivate">,
): Promise<HeldLock | undefined> {
  await files.createPrivate(path);
  const database = openLockFile(path);
  try {
    database.exec("begin exclusive");
  } catch (error) {
    database.close();
    if (isBusy(error)) {
      return undefined;
    }
    throw sqliteFault(error);
  }
  return {
    release: () => {
      if (database.isOpen) {
        database.close(); // Rolls back; nothing was ever written.
      }
    },
  };
}

function openLockFile(path: string): DatabaseSync {
  try {
    return new DatabaseSync(path, { timeout: 0 });
  } catch (error) {
    throw sqliteFault(error);
  }
}
