/** The files of the project, without what is installed, built or made at run time. */
import * as fs from "node:fs";
import * as path from "node:path";

export const ROOT = path.resolve(import.meta.dirname, "..");

/** Found without git, which refuses to answer in a clone that belongs to another user. */
const NOT_OURS = [
  ".git",
  "node_modules",
  "dist",
  "data",
  "data-cluster",
  "trial-backup",
  "published",
];

/** Paths from the root, with forward slashes, in order. */
export function projectFiles(): readonly string[] {
  return filesBelow("").sort();
}

function filesBelow(directory: string): string[] {
  const entries = fs.readdirSync(path.join(ROOT, directory), { withFileTypes: true });
  return entries.flatMap((entry) => {
    const place = path.posix.join(directory, entry.name);
    if (NOT_OURS.includes(entry.name) || entry.isSymbolicLink()) {
      return [];
    }
    return entry.isDirectory() ? filesBelow(place) : [place];
  });
}

export function readProjectFile(file: string): string {
  return fs.readFileSync(path.join(ROOT, file), "utf8");
}
