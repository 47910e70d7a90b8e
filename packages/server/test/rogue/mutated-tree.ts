import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "../../../../tools/project-files.ts";
import { invariant } from "../../src/base/invariant.ts";
import type { Mutation } from "./mutation.ts";

const PACKAGES = ["protocol", "crypto", "biztalk", "backup", "server"] as const;
const SUITE = "packages/server/test/rogue/sqlite.test.ts";
/** Passes as long as the systems under attack can be made at all. */
const CONTROL = "has an entry for every table and column";
const RUN_MS_MAX = 60_000;
const OUTPUT_BYTES_MAX = 32 * 1024 * 1024;

/** What the suite said of a tree: names of the tests that passed and failed. */
export interface SuiteResult {
  readonly passed: readonly string[];
  readonly failed: readonly string[];
}

/** A copy of the packages in which a check can be taken out, without touching the project. */
export class MutatedTree {
  readonly #root: string;

  private constructor(root: string) {
    this.#root = root;
  }

  static async create(): Promise<MutatedTree> {
    const root = await mkdtemp(join(tmpdir(), "chatelaine-mutated-"));
    for (const name of PACKAGES) {
      const from = join(ROOT, "packages", name);
      await cp(from, join(root, "packages", name), {
        recursive: true,
        filter: (path) => !path.includes("node_modules"),
      });
    }
    await linkModules(root);
    return new MutatedTree(root);
  }

  /** Runs the tests of this name, and the control, with the mutation in place. */
  async suiteWith(mutation: Mutation): Promise<SuiteResult> {
    const path = join(this.#root, "packages", mutation.file);
    const original = await readFile(path, "utf8");
    const count = original.split(mutation.from).length - 1;
    invariant(count === 1, `"${mutation.name}": its text is in ${mutation.file} ${count} times`);
    await writeFile(
      path,
      original.replace(mutation.from, () => mutation.to),
    );
    try {
      return await this.suite(mutation.caughtBy);
    } finally {
      await writeFile(path, original);
    }
  }

  /** Runs the tests whose names hold this text, and the control; without it, all of them. */
  suite(namePart?: string): Promise<SuiteResult> {
    const parts = namePart === undefined ? [] : [namePart, CONTROL];
    const names = parts.map((name) => `--test-name-pattern=${escaped(name)}`);
    const parameters = [...names, "--test-reporter=tap", join(this.#root, SUITE)];
    const env = { ...process.env };
    delete env["NODE_TEST_CONTEXT"]; // Else the runner takes it for one of its own files.
    const options = { env, timeout: RUN_MS_MAX, maxBuffer: OUTPUT_BYTES_MAX };
    return new Promise((resolve) => {
      execFile(process.execPath, parameters, options, (_error, stdout) => {
        resolve(parseTap(stdout));
      });
    });
  }

  discard(): Promise<void> {
    return rm(this.#root, { recursive: true });
  }
}

/** Whether the suite ran at all. */
export function isControlled({ passed }: SuiteResult): boolean {
  return passed.some((name) => name.startsWith(CONTROL));
}

/** Libraries from where they are; our own packages from the copy. */
async function linkModules(root: string): Promise<void> {
  const modules = join(root, "node_modules");
  await mkdir(join(modules, "@chatelaine"), { recursive: true });
  for (const name of await readdir(join(ROOT, "node_modules"))) {
    if (name !== "@chatelaine") {
      await symlink(join(ROOT, "node_modules", name), join(modules, name));
    }
  }
  for (const name of PACKAGES) {
    await symlink(join(root, "packages", name), join(modules, "@chatelaine", name));
  }
}

/** Results inside the suite are indented; those of the suite itself are not counted. */
function parseTap(output: string): SuiteResult {
  const results = [...output.matchAll(/^ +(not ok|ok) \d+ - (.*)$/gm)];
  const named = (kind: string): string[] =>
    results.filter(([, found]) => found === kind).map(([, , name]) => name ?? "");
  return { passed: named("ok"), failed: named("not ok") };
}

/** Names are text, the runner takes patterns. */
function escaped(name: string): string {
  return name.replaceAll(/[^\w ,:']/g, "\\$&");
}
