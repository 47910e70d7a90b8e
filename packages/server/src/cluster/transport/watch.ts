import type { Agent, IncomingMessage } from "node:http";
import { isCoded } from "../../base/coded-error.ts";
import { parseHostPort, renderHostPort, type HostPort } from "../../base/host-port.ts";
import type { Clock } from "../../platform/clock.ts";
import { pause, type Cancel, type Scheduler } from "../../platform/scheduler.ts";
import type { Beat } from "../peer-acts.ts";
import { BEAT_MISSING_MS, type PeerTarget, type WatchEnd, type WatchObserver } from "../peers.ts";
import { refusesConnections } from "./connect.ts";
import { sendRequest, type Sending } from "./exchange.ts";
import { BEAT, LINE_BYTES_MAX, WATCH_PATH } from "./wire.ts";

export interface WatchDeps {
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  /** Throws `node-unreachable` while this node has no certificate. */
  readonly agent: () => Agent;
}

/** How long the address of a stream that broke may take to refuse. */
export const REFUSAL_MS_MAX = 1000;
const REFUSAL_ATTEMPTS = 3;
const REFUSAL_PAUSE_MS = 15;

/**
 * Listens to the beats of one node:
 *
 *   connecting --head of the answer--> listening --a beat--> listening
 *   connecting --no address answers--> over (closed)
 *   listening --the stream breaks--> asking whether the address refuses --> over (refused, closed)
 *   connecting | listening --BEAT_MISSING_MS without a beat--> over (silent)
 */
export class Watch {
  readonly #deps: WatchDeps;
  readonly #target: PeerTarget;
  readonly #observer: WatchObserver;
  #sending: Sending | undefined;
  #cancelSilence: Cancel | undefined;
  #isOver = false;

  constructor(deps: WatchDeps, target: PeerTarget, observer: WatchObserver) {
    this.#deps = deps;
    this.#target = target;
    this.#observer = observer;
  }

  /** The observer is told nothing before this has returned. */
  start(): void {
    this.#expectBeat();
    void this.#connect();
  }

  /** The observer is told nothing more. */
  cancel(): void {
    this.#isOver = true;
    this.#cancelSilence?.();
    this.#sending?.abort();
  }

  #end(reason: WatchEnd): void {
    if (!this.#isOver) {
      this.cancel();
      this.#observer.ended(reason);
    }
  }

  #expectBeat(): void {
    this.#cancelSilence?.();
    this.#cancelSilence = this.#deps.scheduler.after(BEAT_MISSING_MS, () => {
      this.#end({ kind: "silent" });
    });
  }

  async #connect(): Promise<void> {
    const { clock } = this.#deps;
    const deadline = clock.monotonic() + BEAT_MISSING_MS;
    const addresses = this.#target.addresses.flatMap((text) => parseHostPort(text) ?? []);
    for (const [index, address] of addresses.entries()) {
      const leftMs = Math.max(1, deadline - clock.monotonic());
      const connectMs = leftMs / (addresses.length - index);
      const message = await this.#request(address, connectMs);
      if (this.#isOver) {
        message?.destroy();
        return;
      }
      if (message?.statusCode === 200) {
        this.#listen(message);
        return;
      }
      this.#sending?.abort();
    }
    await Promise.resolve(); // also where there is nothing to wait for
    this.#end({ kind: "closed" });
  }

  async #request(address: HostPort, connectMs: number): Promise<IncomingMessage | undefined> {
    try {
      const exchange = { method: "GET", path: WATCH_PATH, body: undefined, connectMs } as const;
      this.#sending = sendRequest(this.#deps.scheduler, this.#deps.agent(), address, {
        ...exchange,
        deadlineMs: undefined,
      });
      const outcome = await this.#sending.outcome;
      return outcome.kind === "answered" ? outcome.message : undefined;
    } catch (error) {
      if (isCoded(error, "node-unreachable")) {
        return undefined;
      }
      throw error;
    }
  }

  #listen(message: IncomingMessage): void {
    const { remoteAddress, remotePort } = message.socket;
    let pending = "";
    message.setEncoding("utf8");
    message.on("data", (part: string) => {
      const [first = "", ...rest] = part.split("\n");
      const lines = [pending + first, ...rest];
      pending = lines.pop() ?? "";
      this.#take(lines, pending);
    });
    message.on("error", () => undefined); // that it broke is told by its closing
    message.once("close", () => {
      void this.#broken(remoteAddress, remotePort);
    });
  }

  #take(lines: readonly string[], pending: string): void {
    const beats = lines.map(parseBeat);
    if (pending.length > LINE_BYTES_MAX || beats.includes(undefined)) {
      this.#end({ kind: "closed" });
      return;
    }
    for (const beat of beats) {
      if (beat !== undefined && !this.#isOver) {
        this.#expectBeat();
        this.#observer.beat(beat);
      }
    }
  }

  /** Only the literal address that had answered tells something by refusing. */
  async #broken(host: string | undefined, port: number | undefined): Promise<void> {
    if (this.#isOver) {
      return;
    }
    this.#cancelSilence?.();
    if (host === undefined || port === undefined) {
      this.#end({ kind: "closed" });
      return;
    }
    const address = { host, port };
    const isRefused = await this.#refuses(address);
    this.#end(
      isRefused ? { kind: "refused", address: renderHostPort(address) } : { kind: "closed" },
    );
  }

  /** While a process ends, its socket may take one more connection that nobody answers. */
  async #refuses(address: HostPort): Promise<boolean> {
    const { scheduler } = this.#deps;
    for (let attempt = 1; !this.#isOver; attempt += 1) {
      if (await refusesConnections(scheduler, address, REFUSAL_MS_MAX)) {
        return true;
      }
      if (attempt === REFUSAL_ATTEMPTS) {
        return false;
      }
      await pause(scheduler, REFUSAL_PAUSE_MS);
    }
    return false;
  }
}

function parseBeat(line: string): Beat | undefined {
  try {
    return BEAT.decode(JSON.parse(line) as unknown, "beat");
  } catch (error) {
    if (error instanceof SyntaxError || isCoded(error, "request-invalid")) {
      return undefined;
    }
    throw error;
  }
}
