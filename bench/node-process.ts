import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import { request } from "node:http";
import * as path from "node:path";
import type { Health } from "@chatelaine/protocol";
import { ToolError } from "../tools/tool-error.ts";

const ASK_AGAIN_MS = 2;
const WAIT_MS_MAX = 30_000;

/** A node in a process of its own, and when it was started. */
export class NodeProcess {
  readonly #child: ChildProcess;
  readonly #stateDirectory: string;
  readonly #startedAt = performance.now();

  private constructor(child: ChildProcess, stateDirectory: string) {
    this.#child = child;
    this.#stateDirectory = stateDirectory;
  }

  /** Runs `chatelaine start` of this program, on any free port unless told otherwise. */
  static start(program: string, stateDirectory: string, port = 0): NodeProcess {
    const args = ["start", "--state-dir", stateDirectory];
    args.push("--set", `listen=127.0.0.1:${String(port)}`, "--set", "log.level=warn");
    const child = spawn(process.execPath, [program, ...args], { stdio: "ignore" });
    return new NodeProcess(child, stateDirectory);
  }

  /** Waits until its health is so; tells how long after the start, in milliseconds. */
  async until(isSo: (health: Health, status: number) => boolean): Promise<number> {
    for (;;) {
      const answer = await askHealth(path.join(this.#stateDirectory, "node.sock"));
      const elapsedMs = performance.now() - this.#startedAt;
      if (answer !== undefined && isSo(answer.health, answer.status)) {
        return elapsedMs;
      }
      if (elapsedMs > WAIT_MS_MAX || this.#child.exitCode !== null) {
        throw new ToolError("the node did not become ready; start it by hand to see why");
      }
      await pause(ASK_AGAIN_MS);
    }
  }

  /** Resident memory in MiB; undefined where the system does not tell. */
  residentMib(): number | undefined {
    return this.#memoryMib("VmRSS");
  }

  /** The most that has been resident since `forgetPeak`, likewise. */
  peakMib(): number | undefined {
    return this.#memoryMib("VmHWM");
  }

  forgetPeak(): void {
    try {
      fs.writeFileSync(`/proc/${String(this.#child.pid)}/clear_refs`, "5"); // proc(5)
    } catch {
      // There is no /proc but on Linux; then nobody tells the peak either.
    }
  }

  #memoryMib(name: "VmRSS" | "VmHWM"): number | undefined {
    try {
      const status = fs.readFileSync(`/proc/${String(this.#child.pid)}/status`, "utf8");
      const kib = new RegExp(`^${name}:\\s*(\\d+) kB$`, "m").exec(status)?.[1];
      return kib === undefined ? undefined : Number(kib) / 1024;
    } catch {
      return undefined; // there is no /proc but on Linux
    }
  }

  async stop(): Promise<void> {
    const ended = once(this.#child, "exit");
    this.#child.kill("SIGTERM");
    await ended;
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

interface HealthAnswer {
  readonly status: number;
  readonly health: Health;
}

/** Undefined while nobody listens. */
function askHealth(socketPath: string): Promise<HealthAnswer | undefined> {
  const { promise, resolve } = Promise.withResolvers<HealthAnswer | undefined>();
  const asked = request({ socketPath, path: "/readyz", agent: false }, (response) => {
    let body = "";
    response.setEncoding("utf8").on("data", (text: string) => (body += text));
    response.on("end", () => {
      resolve({ status: response.statusCode ?? 0, health: parseHealth(body) });
    });
  });
  asked.on("error", () => {
    resolve(undefined);
  });
  asked.end();
  return promise;
}

function parseHealth(body: string): Health {
  return JSON.parse(body) as Health;
}
