import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { foundIn, type Needle } from "./needles.ts";

/** Every place below the directory, as `file: encoding`, in which a secret lies. */
export async function searchFiles(
  directory: string,
  needles: readonly Needle[],
): Promise<readonly string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const finds: string[] = [];
  for (const entry of entries.filter((one) => one.isFile())) {
    const path = join(entry.parentPath, entry.name);
    const bytes = await readIfThere(path);
    finds.push(...foundIn(bytes, needles).map((encoding) => `${path}: ${encoding}`));
  }
  return finds;
}

/** A running server removes files while its directory is read; those hold nothing any more. */
async function readIfThere(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") {
      return Buffer.alloc(0);
    }
    throw error;
  }
}
