import { access, open, readFile, rm } from "node:fs/promises";
import type { DatabaseFiles } from "../database-files.ts";

/** Files for tests; durability and messages are the platform's concern. */
export const testFiles: DatabaseFiles = {
  exists: (path) =>
    access(path).then(
      () => true,
      () => false,
    ),
  createPrivate: (path) =>
    open(path, "wx", 0o600).then(
      async (file) => {
        await file.close();
        return true;
      },
      () => false,
    ),
  remove: (path) => rm(path, { force: true }),
  readText: (path) => readFile(path, "utf8").catch(() => undefined),
};
