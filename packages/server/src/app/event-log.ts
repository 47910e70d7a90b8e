import {
  EVENTS,
  type EventCode,
  type EventPageView,
  type EventSpec,
  type EventView,
  type Severity,
} from "@chatelaine/protocol";
import type { EventSink } from "../domain/event/event-sink.ts";
import type { Clock } from "../platform/clock.ts";
import type { Logger, LogLevel } from "../platform/logger.ts";
import type { Metrics } from "./metrics.ts";

const LEVELS = {
  info: "info",
  warning: "warn",
  error: "error",
} as const satisfies Record<Severity, LogLevel>;

/** How many events a node remembers; the log has them all. */
const REMEMBERED_MAX = 1000;

type EventFields = Parameters<EventSink["raise"]>[1];

/** Events go to the log, with their Enterprise SSO id, are counted, and the last are kept. */
export class EventLog implements EventSink {
  readonly #logger: Logger;
  readonly #metrics: Metrics;
  readonly #clock: Clock;
  #events: EventView[] = [];
  #sequence = 0;

  constructor(logger: Logger, metrics: Metrics, clock: Clock) {
    this.#logger = logger;
    this.#metrics = metrics;
    this.#clock = clock;
  }

  raise(code: EventCode, fields: EventFields = {}): void {
    const { severity, meaning, entssoId }: EventSpec = EVENTS[code];
    const known = entssoId === undefined ? {} : { entssoId };
    this.#metrics.event(code);
    this.#logger.log(LEVELS[severity], code, { ...known, ...fields });
    this.#sequence += 1;
    this.#events.push({
      sequence: this.#sequence,
      atMs: this.#clock.wallTime(),
      code,
      severity,
      meaning,
      ...known,
      fields: textsOf(fields),
    });
    this.#events = this.#events.slice(-REMEMBERED_MAX);
  }

  /** Those after that sequence, oldest first; `undefined`: from the first that is kept. */
  page(after: string | undefined, limit: number): EventPageView {
    const afterSequence = Number(after ?? 0);
    const rest = this.#events.filter(({ sequence }) => sequence > afterSequence);
    const items = rest.slice(0, limit);
    const last = rest.length > limit ? items.at(-1)?.sequence : undefined;
    return { items, ...(last !== undefined && { next: String(last) }) };
  }
}

function textsOf(fields: NonNullable<EventFields>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, String(value)]));
}
