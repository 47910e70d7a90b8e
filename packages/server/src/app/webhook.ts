import { toHex, type MacKey, type RandomSource } from "@chatelaine/crypto";
import type { EventView, Severity } from "@chatelaine/protocol";
import type { EventSink } from "../domain/event/event-sink.ts";
import { pause, type Scheduler } from "../platform/scheduler.ts";

export interface WebhookDeps {
  readonly url: string;
  /** Undefined: the requests are not signed. */
  readonly key: MacKey | undefined;
  /** Events of this severity, and worse. */
  readonly severity: Severity;
  /** Who sends: stands in each payload. */
  readonly sender: {
    readonly systemId: string;
    readonly nodeId: string;
    readonly nodeName: string;
  };
  /** A name for each event, by which the receiver knows a repetition. */
  readonly idOf: (event: EventView) => string;
  readonly fetch: typeof globalThis.fetch;
  readonly scheduler: Scheduler;
  readonly random: RandomSource;
  readonly events: EventSink;
}

const ORDER: readonly Severity[] = ["info", "warning", "error"];
/** How many events wait; then the oldest are dropped, and counted. */
const WAITING_MAX = 1000;
const ANSWER_MS_MAX = 10_000;
const FIRST_PAUSE_MS = 1000;
const PAUSE_MS_MAX = 60_000;
/** How long a node that stops goes on trying, so that its end is told of. */
const FLUSH_MS_MAX = 2000;
/** That it fails it cannot tell of, and that events were dropped must not drop more of them. */
const UNSENT: readonly string[] = ["webhook.failing", "webhook.dropped"];
/** Answers after which the same request will not succeed: it is dropped rather than sent again. */
const FINAL: readonly number[] = [400, 413, 415, 422];

/**
 * Sends events to a URL, one at a time and in their order, again and again until they are taken.
 * While they are not, a bounded number waits. A receiver may get an event twice: it knows it by the
 * header `chatelaine-event`.
 */
export class Webhook {
  readonly #deps: WebhookDeps;
  readonly #stopping = new AbortController();
  #waiting: EventView[] = [];
  #sending: Promise<void> | undefined;
  #failedInARow = 0;
  #failures = 0;
  #dropped = 0;
  #droppedInARow = 0;

  constructor(deps: WebhookDeps) {
    this.#deps = deps;
  }

  /** For the metrics: requests that failed, events that were dropped, and those that wait. */
  get figures(): { readonly failures: number; readonly dropped: number; readonly waiting: number } {
    return { failures: this.#failures, dropped: this.#dropped, waiting: this.#waiting.length };
  }

  offer(event: EventView): void {
    const isBelow = ORDER.indexOf(event.severity) < ORDER.indexOf(this.#deps.severity);
    if (isBelow || UNSENT.includes(event.code)) {
      return;
    }
    this.#waiting.push(event);
    if (this.#waiting.length > WAITING_MAX) {
      this.#waiting = this.#waiting.slice(1);
      this.#drop("too many wait");
    }
    this.#sending ??= this.#sendAll();
  }

  /** Sends what waits, if that goes quickly, and ends. */
  async stop(): Promise<void> {
    const cancel = this.#deps.scheduler.after(FLUSH_MS_MAX, () => {
      this.#stopping.abort();
    });
    await this.#sending;
    cancel();
    this.#stopping.abort();
  }

  async #sendAll(): Promise<void> {
    let [event] = this.#waiting;
    while (event !== undefined && !this.#stopping.signal.aborted) {
      const problem = await this.#send(event);
      if (problem === undefined) {
        this.#taken(event);
      } else {
        await this.#failed(problem);
      }
      [event] = this.#waiting;
    }
    this.#sending = undefined;
  }

  /** Why the event was not taken; undefined if it was, or never will be. */
  async #send(event: EventView): Promise<string | undefined> {
    const body = JSON.stringify({ ...event, ...this.#deps.sender });
    try {
      const { status } = await this.#deps.fetch(this.#deps.url, {
        method: "POST",
        headers: this.#headers(event, body),
        body,
        redirect: "manual",
        signal: AbortSignal.any([this.#stopping.signal, AbortSignal.timeout(ANSWER_MS_MAX)]),
      });
      if (FINAL.includes(status)) {
        this.#drop(`the receiver answered ${String(status)}`);
        return undefined;
      }
      return status >= 200 && status < 300 ? undefined : `the receiver answered ${String(status)}`;
    } catch {
      return "the receiver does not answer"; // its error may quote a URL that holds a secret
    }
  }

  #headers(event: EventView, body: string): Record<string, string> {
    const { key, sender, idOf } = this.#deps;
    return {
      "content-type": "application/json",
      "chatelaine-event": `${sender.nodeId}-${idOf(event)}`,
      ...(key !== undefined && {
        "chatelaine-signature": `sha256=${toHex(key.mac(new TextEncoder().encode(body)))}`,
      }),
    };
  }

  #taken(event: EventView): void {
    this.#waiting = this.#waiting.filter((waiting) => waiting !== event);
    if (this.#failedInARow > 0) {
      const failures = this.#failedInARow;
      const dropped = this.#droppedInARow;
      this.#failedInARow = this.#droppedInARow = 0;
      this.#deps.events.raise("webhook.recovered", { failures, dropped });
    }
  }

  async #failed(problem: string): Promise<void> {
    this.#failures += 1;
    this.#failedInARow += 1;
    if (this.#failedInARow === 1) {
      this.#deps.events.raise("webhook.failing", { reason: problem });
    }
    const mostMs = Math.min(FIRST_PAUSE_MS * 2 ** (this.#failedInARow - 1), PAUSE_MS_MAX);
    const chance = (this.#deps.random.bytes(1)[0] ?? 0) / 256;
    await pause(this.#deps.scheduler, (mostMs * (1 + chance)) / 2, this.#stopping.signal);
  }

  #drop(reason: string): void {
    this.#dropped += 1;
    this.#droppedInARow += 1;
    this.#deps.events.raise("webhook.dropped", { reason });
  }
}
