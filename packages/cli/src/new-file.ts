import { dirname } from "node:path";
import { CodedError, fileExists } from "@chatelaine/server";

/** Throws `file-exists`, `file-unwritable` before anything is made that would have to go there. */
export async function assertFileFree(path: string): Promise<void> {
  if (!(await fileExists(dirname(path)))) {
    throw new CodedError("file-unwritable", {
      detail: `${path} cannot be written: there is no directory ${dirname(path)}; make it first`,
    });
  }
  if (await fileExists(path)) {
    throw new CodedError("file-exists", {
      detail: `${path} exists already; nothing is overwritten`,
    });
  }
}
