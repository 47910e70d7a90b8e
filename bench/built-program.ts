import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { ROOT } from "../tools/project-files.ts";
import { ToolError } from "../tools/tool-error.ts";

const PASSPHRASE = "not a secret: a passphrase for figures\n";

export const SOURCE_PROGRAM = path.join(ROOT, "packages/cli/src/main.ts");

/** Gives a directory to the work and removes it afterwards. */
export async function withDirectory<T>(work: (directory: string) => Promise<T>): Promise<T> {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "chatelaine-bench-"));
  try {
    return await work(directory);
  } finally {
    fs.rmSync(directory, { recursive: true });
  }
}

/**
 * Builds, and gives the path of the program. It is a copy, since `dist/` is not ours alone; it
 * also shows that nothing else is needed.
 */
export function buildInto(directory: string): string {
  const built = path.join(directory, "dist");
  if (!fs.existsSync(built)) {
    runNode([path.join(ROOT, "tools/build.ts")]);
    fs.cpSync(path.join(ROOT, "dist"), built, { recursive: true });
  }
  return path.join(built, "chatelaine.js");
}

/**
 * Makes a system with the program's `init`, on SQLite unless a URL is given; gives its state
 * directory.
 */
export function initSystem(program: string, directory: string, databaseUrl?: string): string {
  const place = fs.mkdtempSync(path.join(directory, "system-"));
  const stateDirectory = path.join(place, "state");
  const passphraseFile = path.join(place, "passphrase");
  fs.writeFileSync(passphraseFile, PASSPHRASE, { mode: 0o600 });
  const urlFile = path.join(place, "database-url");
  if (databaseUrl !== undefined) {
    fs.writeFileSync(urlFile, databaseUrl, { mode: 0o600 });
  }
  runNode([
    ...[program, "init", "--state-dir", stateDirectory],
    ...["--backup-to", path.join(place, "backup.age"), "--passphrase-file", passphraseFile],
    ...(databaseUrl === undefined ? [] : ["--database-url-file", urlFile]),
  ]);
  return stateDirectory;
}

/** Throws a `ToolError` that shows what it said, if it fails. */
export function runNode(args: readonly string[]): void {
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  if (status !== 0) {
    throw new ToolError(`${args.join(" ")} failed:\n${stderr}`);
  }
}
