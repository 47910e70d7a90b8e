import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after } from "node:test";
import { within } from "./eventually.ts";

const ROOT = resolve(import.meta.dirname, "../../..");
export const CLI = join(ROOT, "packages/cli/src/main.ts");

/** How a program ended, and everything it said. */
export interface Outcome {
  readonly code: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ProgramOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Options of Node, before the file. */
  readonly nodeOptions?: readonly string[];
  readonly file?: string;
  /** Shell commands to run in the process first, such as `umask 000`. */
  readonly before?: string;
  /** A command that becomes the program, such as `nsenter --net=FILE`. */
  readonly under?: readonly string[];
}

const ENDS_WITHIN_MS = 60_000;
const SAYS_WITHIN_MS = 20_000;

/** A Node program of ours in a process of its own, by default the command line tool. */
export class Program {
  readonly ended: Promise<Outcome>;
  readonly #child: ChildProcess;
  readonly #watchers = new Set<() => void>();
  #stdout = "";
  #stderr = "";

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.ended = new Promise((resolveEnded, reject) => {
      child.once("error", reject);
      child.once("close", (code, signal) => {
        const { stdout, stderr } = this;
        resolveEnded({ code: code ?? undefined, signal: signal ?? undefined, stdout, stderr });
      });
    });
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.#stdout += text;
      this.#tell();
    });
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr += text;
      this.#tell();
    });
  }

  static start(args: readonly string[], options: ProgramOptions = {}): Program {
    const command = [...(options.nodeOptions ?? []), options.file ?? CLI, ...args];
    const [program = "", ...all] =
      options.before === undefined
        ? [...(options.under ?? []), process.execPath, ...command]
        : // The shell becomes Node, so that the process id is that of the program.
          ["/bin/sh", "-c", `${options.before}; exec "$0" "$@"`, process.execPath, ...command];
    const child = spawn(program, all, {
      cwd: options.cwd,
      env: { ...environment(), ...options.env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    RUNNING.add(child);
    child.once("exit", () => RUNNING.delete(child));
    return new Program(child);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get stdout(): string {
    return this.#stdout;
  }

  get stderr(): string {
    return this.#stderr;
  }

  /** Waits for a line on either stream; fails if the program ends before it says so. */
  says(pattern: RegExp): Promise<RegExpExecArray> {
    return this.#until(
      String(pattern),
      () => pattern.exec(this.#stdout) ?? pattern.exec(this.#stderr) ?? undefined,
    );
  }

  /** How many lines of its answer have begun with this word so far. */
  count(word: string): number {
    return this.#stdout.split(`\n${word} `).length - 1;
  }

  /** Waits until so many have. */
  async counts(word: string, least: number): Promise<void> {
    await this.#until(`${least} times ${word}`, () => this.count(word) >= least || undefined);
  }

  async #until<T>(what: string, look: () => T | undefined): Promise<T> {
    const { promise: said, resolve: resolveSaid } = Promise.withResolvers<T>();
    const watch = (): void => {
      const found = look();
      if (found !== undefined) {
        resolveSaid(found);
      }
    };
    this.#watchers.add(watch);
    watch();
    const ended = this.ended.then(({ code, stdout, stderr }) =>
      Promise.reject(
        new Error(`ended with ${String(code)} before it said ${what}:\n${stdout}\n${stderr}`),
      ),
    );
    // A program that ends after it has said so is of no concern here.
    ended.catch(() => undefined);
    try {
      return await within(`to say ${what}`, SAYS_WITHIN_MS, Promise.race([said, ended]));
    } finally {
      this.#watchers.delete(watch);
    }
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<Outcome> {
    this.kill(signal);
    return within(`to end after ${signal}`, ENDS_WITHIN_MS, this.ended);
  }

  #tell(): void {
    for (const look of this.#watchers) {
      look();
    }
  }
}

/** Runs a command to its end. */
export function runProgram(
  args: readonly string[],
  options: ProgramOptions = {},
): Promise<Outcome> {
  const program = Program.start(args, options);
  return within(`${args.join(" ")} to end`, ENDS_WITHIN_MS, program.ended);
}

/** As `runProgram`, of a command that must succeed; returns what it answered. */
export async function runToSuccess(
  args: readonly string[],
  options: ProgramOptions = {},
): Promise<string> {
  const { code, stdout, stderr } = await runProgram(args, options);
  if (code !== 0) {
    throw new Error(`${args.join(" ")} ended with ${String(code)}:\n${stderr}`);
  }
  return stdout;
}

const RUNNING = new Set<ChildProcess>();
// Compiling the sources anew in each of some hundred processes would take most of the time.
const COMPILE_CACHE = mkdtempSync(join(tmpdir(), "chatelaine-compiled-"));
// What a failed test has left running would keep the whole file from ending.
after(() => {
  for (const child of RUNNING) {
    child.kill("SIGKILL");
  }
});
process.once("exit", () => {
  rmSync(COMPILE_CACHE, { recursive: true, force: true });
});

/** What a program needs from ours, and nothing that a user's shell would not have. */
function environment(): Record<string, string> {
  return {
    PATH: process.env["PATH"] ?? "",
    HOME: join(COMPILE_CACHE, "home"),
    NODE_COMPILE_CACHE: COMPILE_CACHE,
    ...(process.env["TMPDIR"] !== undefined && { TMPDIR: process.env["TMPDIR"] }),
  };
}
