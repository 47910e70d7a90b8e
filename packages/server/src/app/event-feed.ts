import type { TextStream } from "../http/route.ts";
import type { Cancel, Scheduler } from "../platform/scheduler.ts";
import type { EventLog } from "./event-log.ts";

/** Nothing is silent for longer, so that a reader, or a proxy between, sees a dead connection. */
const HEARTBEAT_MS = 15_000;
/** What a reader is told to wait for before it connects again. */
const RETRY_MS = 2000;

/**
 * The events of a node as Server-Sent Events (WHATWG HTML, 9.2). Each reader has a place in the
 * log and nothing else: who reads too slowly misses events, and is told how many.
 */
export function followEvents(
  log: EventLog,
  scheduler: Scheduler,
  after: string | undefined,
  ready: () => void,
): TextStream {
  return new EventFeed(log, scheduler, log.sequenceOf(after), ready);
}

class EventFeed implements TextStream {
  readonly #log: EventLog;
  readonly #scheduler: Scheduler;
  readonly #ready: () => void;
  readonly #unlisten: Cancel;
  #sequence: number;
  #pending: string | undefined = `retry: ${String(RETRY_MS)}\n\n`;
  #cancel: Cancel | undefined;

  constructor(log: EventLog, scheduler: Scheduler, sequence: number, ready: () => void) {
    this.#log = log;
    this.#scheduler = scheduler;
    this.#sequence = sequence;
    this.#ready = ready;
    this.#unlisten = log.listen(ready);
    this.#beatLater();
  }

  take(): string | undefined {
    const pending = this.#pending;
    this.#pending = undefined;
    return pending ?? this.#next();
  }

  close(): void {
    this.#unlisten();
    this.#cancel?.();
  }

  #next(): string | undefined {
    const [event] = this.#log.since(this.#sequence);
    if (event === undefined) {
      return undefined;
    }
    const missed = event.sequence - this.#sequence - 1;
    if (missed > 0 && this.#sequence > 0) {
      this.#sequence += missed;
      return `event: missed\ndata: ${JSON.stringify({ missed })}\n\n`;
    }
    this.#sequence = event.sequence;
    return `id: ${this.#log.idOf(event)}\ndata: ${JSON.stringify(event)}\n\n`;
  }

  #beatLater(): void {
    this.#cancel = this.#scheduler.after(HEARTBEAT_MS, () => {
      this.#pending = ":\n\n";
      this.#beatLater();
      this.#ready();
    });
  }
}
