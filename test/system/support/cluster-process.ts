import { Agent, request } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { NodeStatus } from "@chatelaine/protocol";
import { eventually } from "./eventually.ts";
import { freePort } from "./free-port.ts";
import { Program } from "./program.ts";

export interface Asked {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

export interface Asking {
  readonly method?: "GET" | "PATCH" | "POST";
  readonly path: string;
  readonly token?: string;
  readonly json?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** How a node of a cluster is run. */
export interface NodeOptions {
  readonly name: string;
  readonly stateDirectory: string;
  /** `NAME=VALUE`. */
  readonly settings: readonly string[];
  /** A command that becomes its process. */
  readonly under?: readonly string[];
}

const ANSWERS_WITHIN_MS = 10_000;
const SOON_MS = 30_000;

/** One node of a system of several, in a process of its own that can be ended and started again. */
export class ClusterProcess {
  readonly name: string;
  readonly stateDirectory: string;
  readonly #options: NodeOptions;
  readonly #port: number;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #earlier: string[] = [];
  #program: Program | undefined;

  private constructor(options: NodeOptions, port: number) {
    this.name = options.name;
    this.stateDirectory = options.stateDirectory;
    this.#options = options;
    this.#port = port;
  }

  static async of(options: NodeOptions): Promise<ClusterProcess> {
    return new ClusterProcess(options, await freePort());
  }

  get pid(): number {
    return this.#running().pid;
  }

  /** Everything its processes have written. */
  get said(): string {
    const { stdout = "", stderr = "" } = this.#program ?? {};
    return [...this.#earlier, stdout, stderr].join("\n");
  }

  async start(): Promise<void> {
    const { stateDirectory, settings, under } = this.#options;
    const all = [`listen=127.0.0.1:${this.#port}`, ...settings];
    this.#program = Program.start(
      ["start", "--state-dir", stateDirectory, ...all.flatMap((each) => ["--set", each])],
      under === undefined ? {} : { under },
    );
    await this.#program.says(/"node\.starting"/);
    await eventually(`${this.name} to answer`, SOON_MS, async () => {
      const answer = await this.ask({ path: "/livez" }).catch(() => undefined);
      return answer?.status === 200 || undefined;
    });
  }

  kill(signal: NodeJS.Signals): void {
    this.#running().kill(signal);
  }

  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    const { stdout, stderr } = await this.#running().stop(signal);
    this.#earlier.push(stdout, stderr);
    this.#program = undefined;
    this.#agent.destroy(); // its connections were to the process that has ended
  }

  /** Over the socket in the state directory, as the local administrator. */
  ask(asking: Asking): Promise<Asked> {
    return this.#send(asking, { socketPath: join(this.stateDirectory, "node.sock") });
  }

  /** Over HTTP, as callers do; the loopback of another network namespace is out of reach. */
  call(asking: Asking): Promise<Asked> {
    if (this.#options.under !== undefined && this.#options.under.length > 0) {
      return this.ask(asking);
    }
    return this.#send(asking, { host: "127.0.0.1", port: this.#port, agent: this.#agent });
  }

  async status(): Promise<NodeStatus> {
    const { body } = await this.ask({ path: "/v1/status" });
    return JSON.parse(body) as NodeStatus;
  }

  /** Waits until its status is so; returns how long that took, in ms. */
  async until(what: string, holds: (status: NodeStatus) => boolean): Promise<number> {
    const startedAt = performance.now();
    await eventually(`${this.name} ${what}\n${this.said}`, SOON_MS, async () => {
      const status = await this.status().catch(() => undefined);
      return (status !== undefined && holds(status)) || undefined;
    });
    return performance.now() - startedAt;
  }

  #running(): Program {
    if (this.#program === undefined) {
      throw new Error(`${this.name} does not run`);
    }
    return this.#program;
  }

  async #send(
    { method = "GET", path, token, json, headers }: Asking,
    where: object,
  ): Promise<Asked> {
    const signal = AbortSignal.timeout(ANSWERS_WITHIN_MS);
    const sending = request({
      ...where,
      method,
      path,
      signal,
      headers: {
        ...headers,
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(json !== undefined && { "content-type": "application/json" }),
      },
    });
    const { promise, resolve, reject } = Promise.withResolvers<Asked>();
    sending.on("error", reject);
    sending.on("response", (answer) => {
      text(answer).then((body) => {
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body });
      }, reject);
    });
    sending.end(json === undefined ? undefined : JSON.stringify(json));
    return promise;
  }
}
