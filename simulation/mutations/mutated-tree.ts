import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { invariant } from "../../packages/server/src/base/invariant.ts";
import { ROOT } from "../../tools/project-files.ts";
import type { MutatedRule, Mutation } from "./mutation.ts";

const PACKAGES = ["protocol", "crypto", "backup", "server"];
/** Tests whose contracts have to notice a mutation of the stores. */
export const CONTRACT_SUITES = [
  "simulation/database/contract.test.ts",
  "packages/server/src/storage/contract/postgres.test.ts",
] as const;
export type ContractSuite = (typeof CONTRACT_SUITES)[number];

const HUNT_MS_MAX = 240_000;

/** The run that has noticed, and what it found broken. */
export interface Catch {
  readonly seed: number;
  readonly violations: readonly string[];
}

/** A copy of the simulation and of what it simulates, in which rules can be taken out. */
export class MutatedTree {
  readonly #root: string;

  private constructor(root: string) {
    this.#root = root;
  }

  static async create(): Promise<MutatedTree> {
    const root = await mkdtemp(join(tmpdir(), "chatelaine-simulated-"));
    for (const name of [...PACKAGES.map((one) => join("packages", one)), "simulation"]) {
      await cp(join(ROOT, name), join(root, name), {
        recursive: true,
        filter: (path) => !path.includes("node_modules"),
      });
    }
    await linkModules(root);
    return new MutatedTree(root);
  }

  async apply({ name, patches }: MutatedRule): Promise<void> {
    for (const { file, from, to } of patches) {
      const path = join(this.#root, "packages", file);
      const text = await readFile(path, "utf8");
      const count = text.split(from).length - 1;
      invariant(count === 1, `"${name}": its text is in ${file} ${count} times`);
      await writeFile(
        path,
        text.replace(from, () => to),
      );
    }
  }

  /** Plays up to so many runs; undefined if none broke the promise. */
  async hunt(seedsMax: number, { breaks, focus }: Mutation): Promise<Catch | undefined> {
    const program = join(this.#root, "simulation/mutations/hunt.ts");
    const env = { ...process.env };
    delete env["NODE_TEST_CONTEXT"]; // Else it takes itself for a file of the test runner.
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [program, String(seedsMax), breaks, ...focus],
      { env, timeout: HUNT_MS_MAX },
    );
    return (JSON.parse(stdout.trim().split("\n").at(-1) ?? "null") ?? undefined) as
      Catch | undefined;
  }

  /** Whether the test of the contract fails, on that database. */
  async failsContract(suite: ContractSuite, test: string): Promise<boolean> {
    const env = { ...process.env };
    delete env["NODE_TEST_CONTEXT"];
    const named = `^${test}$`;
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ["--test", "--test-reporter=tap", "--test-name-pattern", named, join(this.#root, suite)],
      { env, timeout: HUNT_MS_MAX },
    ).catch((failure: unknown) => failure as { readonly stdout: string });
    return stdout.includes(`not ok 1 - ${test}`);
  }

  discard(): Promise<void> {
    return rm(this.#root, { recursive: true });
  }
}

/** Libraries from where they are; our own packages from the copy. */
async function linkModules(root: string): Promise<void> {
  const modules = join(root, "node_modules");
  await mkdir(join(modules, "@chatelaine"), { recursive: true });
  await symlink(join(ROOT, "tools"), join(root, "tools"));
  for (const name of await readdir(join(ROOT, "node_modules"))) {
    if (name !== "@chatelaine") {
      await symlink(join(ROOT, "node_modules", name), join(modules, name));
    }
  }
  for (const name of PACKAGES) {
    await symlink(join(root, "packages", name), join(modules, "@chatelaine", name));
  }
}
