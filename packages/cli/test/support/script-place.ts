import { spawn } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const CLI = resolve(import.meta.dirname, "../../src/main.ts");
/** Shared by all places: to compile the program anew for each takes longer than the commands. */
const COMPILED = resolve(import.meta.dirname, "../../../../node_modules/.cache/chatelaine");
const STEP_MS_MAX = 60_000;

/** What a step said and how it ended. */
export interface StepOutcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * `start-node DIR [PORT]` runs a node in the background until it is master secret server, and
 * `stop-node DIR` stops it: no script of its own could wait for either in one line.
 */
const START_NODE = `#!/bin/sh
: >"$1.log"
chatelaine start --state-dir "$1" --set "listen=127.0.0.1:\${2:-0}" >"$1.log" 2>&1 &
echo $! >"$1.pid"
until grep -q '"mastership.acquired"\\|"master-secret.\\(missing\\|not-opened\\|mismatch\\)"' "$1.log"; do
  kill -0 "$(cat "$1.pid")" 2>/dev/null || { cat "$1.log" >&2; exit 1; }
  sleep 0.02
done
`;
const STOP_NODE = `#!/bin/sh
kill "$(cat "$1.pid")"
while kill -0 "$(cat "$1.pid")" 2>/dev/null; do sleep 0.02; done
rm "$1.pid"
`;

/** A directory with a shell in it, whose commands are those of a user. */
export class ScriptPlace {
  readonly directory = realpathSync(mkdtempSync(join(tmpdir(), "chatelaine-script-")));
  readonly #tools = mkdtempSync(join(tmpdir(), "chatelaine-script-tools-"));

  constructor() {
    this.#write("chatelaine", `#!/bin/sh\nexec "${process.execPath}" "${CLI}" "$@"\n`);
    this.#write("start-node", START_NODE);
    this.#write("stop-node", STOP_NODE);
    for (const tool of ["occupy-port", "newer-backup", "free-port"]) {
      const file = join(import.meta.dirname, `${tool}.ts`);
      this.#write(tool, `#!/bin/sh\nexec "${process.execPath}" "${file}" "$@"\n`);
    }
    mkdirSync(this.home);
  }

  /** Of the user; commands look for a state directory below it. */
  get home(): string {
    return join(this.#tools, "home");
  }

  /** Runs one line as `sh` does, without a terminal. */
  run(line: string): Promise<StepOutcome> {
    const child = spawn("/bin/sh", ["-c", line], {
      cwd: this.directory,
      env: this.environment(),
      stdio: ["ignore", "pipe", "pipe"],
      timeout: STEP_MS_MAX,
    });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    return new Promise((resolveRun, reject) => {
      child.once("error", reject);
      child.once("close", (code) => {
        resolveRun({ code: code ?? -1, stdout, stderr });
      });
    });
  }

  environment(): Record<string, string> {
    return {
      PATH: `${this.#tools}:${process.env["PATH"] ?? ""}`,
      HOME: this.home,
      NODE_COMPILE_CACHE: COMPILED,
      TERM: "dumb",
      LC_ALL: "C",
    };
  }

  /** Ends the nodes that a failed script left running, and removes everything. */
  discard(): void {
    for (const name of readdirSync(this.directory).filter((each) => each.endsWith(".pid"))) {
      try {
        process.kill(Number(readFileSync(join(this.directory, name), "utf8")), "SIGKILL");
      } catch {
        // It ended by itself.
      }
    }
    for (const directory of [this.directory, this.#tools]) {
      rmSync(directory, { recursive: true, force: true });
    }
  }

  #write(name: string, text: string): void {
    writeFileSync(join(this.#tools, name), text, { mode: 0o755 });
  }
}
