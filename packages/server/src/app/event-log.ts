import {
  EVENTS,
  type EventCode,
  type EventPageView,
  type EventSpec,
  type EventView,
  type Severity,
} from "@chatelaine/protocol";
import type { EventSink } from "../domain/event/event-sink.ts";
import type { Clock, WallTimeMs } from "../platform/clock.ts";
import type { Logger, LogLevel } from "../platform/logger.ts";
import type { Cancel } from "../platform/scheduler.ts";
import { EventLimiter } from "./event-limiter.ts";
import type { Metrics } from "./metrics.ts";

const LEVELS = {
  info: "info",
  warning: "warn",
  error: "error",
} as const satisfies Record<Severity, LogLevel>;

/** How many events a node remembers; the log has them all. */
const REMEMBERED_MAX = 1000;

type EventFields = Parameters<EventSink["raise"]>[1];

/** Told of each event after it was logged. */
export type EventListener = (event: EventView) => void;

/**
 * Events go to the log, with their Enterprise SSO id, are counted, and the last are kept. Those
 * that say the same over and over are only counted, and told of by the next one.
 */
export class EventLog implements EventSink {
  readonly #logger: Logger;
  readonly #metrics: Metrics;
  readonly #clock: Clock;
  readonly #limiter: EventLimiter;
  readonly #listeners = new Set<EventListener>();
  readonly #run: WallTimeMs;
  readonly #events: EventView[] = [];
  #sequence = 0;

  constructor(logger: Logger, metrics: Metrics, clock: Clock) {
    this.#logger = logger;
    this.#metrics = metrics;
    this.#clock = clock;
    this.#limiter = new EventLimiter(clock);
    this.#run = clock.wallTime();
  }

  raise(code: EventCode, fields: EventFields = {}): void {
    this.#metrics.event(code);
    const { isTold, heldBefore } = this.#limiter.admit(code, fields);
    if (isTold) {
      this.#tell(code, heldBefore === 0 ? fields : { ...fields, heldBefore });
    }
  }

  /** Those after that place, oldest first; `undefined`: from the first that is kept. */
  page(after: string | undefined, limit: number): EventPageView {
    const rest = this.since(this.sequenceOf(after));
    const items = rest.slice(0, limit);
    const last = rest.length > limit ? items.at(-1)?.sequence : undefined;
    return { items, ...(last !== undefined && { next: String(last) }) };
  }

  /** Those that are kept of the ones after this sequence, oldest first. */
  since(sequence: number): readonly EventView[] {
    const oldest = this.#events[0]?.sequence ?? 0;
    return this.#events.slice(Math.max(0, sequence + 1 - oldest));
  }

  /** Names an event for ever, while its sequence begins anew with each start of the node. */
  idOf({ sequence }: EventView): string {
    return `${String(this.#run)}-${String(sequence)}`;
  }

  /** The sequence behind an id, or a sequence as text; 0 if it is of another run of the node. */
  sequenceOf(place: string | undefined): number {
    const [, run, sequence] = /^(?:(\d{1,15})-)?(\d{1,15})$/.exec(place ?? "") ?? [];
    const isOfThisRun = run === undefined || run === String(this.#run);
    return isOfThisRun ? Number(sequence ?? 0) : 0;
  }

  listen(listener: EventListener): Cancel {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  #tell(code: EventCode, fields: NonNullable<EventFields>): void {
    const { severity, meaning, entssoId }: EventSpec = EVENTS[code];
    const known = entssoId === undefined ? {} : { entssoId };
    this.#logger.log(LEVELS[severity], code, { ...known, ...fields });
    this.#sequence += 1;
    const event = {
      sequence: this.#sequence,
      atMs: this.#clock.wallTime(),
      code,
      severity,
      meaning,
      ...known,
      fields: textsOf(fields),
    };
    this.#events.push(event);
    if (this.#events.length > REMEMBERED_MAX) {
      this.#events.shift();
    }
    for (const listener of [...this.#listeners]) {
      listener(event);
    }
  }
}

function textsOf(fields: NonNullable<EventFields>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, String(value)]));
}
