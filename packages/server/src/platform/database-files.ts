import { readFile } from "node:fs/promises";
import { isCoded } from "../base/coded-error.ts";
import { fileExists, removeFile, writeNewFile } from "./files.ts";

/** The file system as `storage` needs it. */
export const databaseFiles = {
  exists: fileExists,
  /** False if there is a file of that name. */
  async createPrivate(path: string): Promise<boolean> {
    try {
      await writeNewFile(path, new Uint8Array());
      return true;
    } catch (error) {
      if (isCoded(error, "file-exists")) {
        return false;
      }
      throw error;
    }
  },
  remove: removeFile,
  async readText(path: string): Promise<string | undefined> {
    try {
      return await readFile(path, "utf8");
    } catch {
      return undefined; // only ever used to say more in an error
    }
  },
};
