import { setTimeout as pause } from "node:timers/promises";
import type { Asked, ClusterProcess } from "./cluster-process.ts";
import { APPLICATION, ITEM } from "./test-cluster.ts";

const READ_PAUSE_MS = 20;
const SEAL_PAUSE_MS = 50;

/** Does the same again and again until it is told to stop. */
export class Repeated {
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>;

  constructor(run: () => Promise<void>, pauseMs: number) {
    this.#running = this.#repeat(run, pauseMs);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #repeat(run: () => Promise<void>, pauseMs: number): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      await run();
      await pause(pauseMs);
    }
  }
}

/** Reveals one item over HTTP all the time. */
export class Reader {
  done = 0;
  /** How many of them were answered with what had been looked up before. */
  aged = 0;
  slowestMs = 0;
  readonly failures: string[] = [];
  readonly node: ClusterProcess;
  readonly #token: string;
  readonly #repeated: Repeated;

  constructor(node: ClusterProcess, token: string) {
    this.node = node;
    this.#token = token;
    this.#repeated = new Repeated(() => this.#read(), READ_PAUSE_MS);
  }

  stop(): Promise<void> {
    return this.#repeated.stop();
  }

  async #read(): Promise<void> {
    const startedAt = performance.now();
    const failure = await reveal(this.node, this.#token).then(
      ({ status, headers, body }) => {
        this.aged += "age" in headers ? 1 : 0;
        return status === 200 && body.includes('"db1"') ? undefined : `${status} ${body}`;
      },
      (error: unknown) => String(error),
    );
    const tookMs = performance.now() - startedAt;
    this.slowestMs = Math.max(this.slowestMs, tookMs);
    if (failure === undefined) {
      this.done += 1;
    } else {
      this.failures.push(`${this.node.name} after ${tookMs.toFixed()} ms: ${failure}`);
    }
  }
}

export function reveal(node: ClusterProcess, token: string, item = ITEM): Promise<Asked> {
  const path = `/v1/applications/${APPLICATION}/revealed-items/${encodeURIComponent(item)}`;
  return node.call({ path, token });
}

/** A change of a value that was made or refused; times are those of the wall clock, in ms. */
export interface Sealing {
  readonly sentAt: number;
  readonly endedAt: number;
  /** Undefined: it was made. */
  readonly refusal: { readonly status: number; readonly code: string } | undefined;
  readonly retryAfter: string | undefined;
  /** Of the node, when it had refused. */
  readonly lastConfirmedMs: number | undefined;
}

/** Changes an item of its own over HTTP all the time. */
export class Sealer {
  readonly sealings: Sealing[] = [];
  readonly node: ClusterProcess;
  readonly #token: string;
  readonly #repeated: Repeated;

  constructor(node: ClusterProcess, token: string) {
    this.node = node;
    this.#token = token;
    this.#repeated = new Repeated(() => this.#seal(), SEAL_PAUSE_MS);
  }

  /** The first change that was made and sent after this moment. */
  madeAfter(wallMs: number): Sealing | undefined {
    return this.sealings.find(({ refusal, sentAt }) => refusal === undefined && sentAt >= wallMs);
  }

  stop(): Promise<void> {
    return this.#repeated.stop();
  }

  async #seal(): Promise<void> {
    const path = `/v1/applications/${APPLICATION}/items/${this.node.name}`;
    const sentAt = Date.now();
    const json = { properties: { Host: String(sentAt), Password: `p${sentAt}` } };
    const answer = await this.node
      .call({ method: "PATCH", path, token: this.#token, json })
      .catch((error: unknown) => ({ status: 0, headers: {}, body: String(error) }));
    const endedAt = Date.now();
    const isMade = answer.status >= 200 && answer.status < 300;
    const retryAfter = "retry-after" in answer.headers ? String(answer.headers["retry-after"]) : "";
    this.sealings.push({
      sentAt,
      endedAt,
      refusal: isMade ? undefined : { status: answer.status, code: codeOf(answer.body) },
      retryAfter: retryAfter === "" ? undefined : retryAfter,
      lastConfirmedMs: isMade ? undefined : (await this.node.status()).lastConfirmedMs,
    });
  }
}

export function codeOf(body: string): string {
  return /"code":\s*"([a-z-]+)"/.exec(body)?.[1] ?? body;
}
