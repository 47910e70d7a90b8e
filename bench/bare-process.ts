import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import * as path from "node:path";
import { ROOT } from "../tools/project-files.ts";
import type { BareAnswers, BareStarted } from "./bare-server.ts";
import type { Target } from "./http-load.ts";

/** The bare server in a process of its own. */
export class BareProcess {
  readonly socket: Target;
  readonly loopback: Target;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, socketPath: string, port: number) {
    this.#child = child;
    this.socket = { path: socketPath };
    this.loopback = { host: "127.0.0.1", port };
  }

  static async start(directory: string, answers: BareAnswers): Promise<BareProcess> {
    const socketPath = path.join(directory, "bare.sock");
    const child = fork(path.join(ROOT, "bench/bare-server.ts"), [socketPath]);
    child.send(answers);
    const [{ port }] = (await once(child, "message")) as [BareStarted];
    return new BareProcess(child, socketPath, port);
  }

  async stop(): Promise<void> {
    const ended = once(this.#child, "exit");
    this.#child.kill("SIGTERM");
    await ended;
  }
}
