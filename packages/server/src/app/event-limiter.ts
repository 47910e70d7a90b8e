import type { EventCode } from "@chatelaine/protocol";
import type { EventSink } from "../domain/event/event-sink.ts";
import type { Clock, MonotonicMs } from "../platform/clock.ts";

type Fields = NonNullable<Parameters<EventSink["raise"]>[1]>;

interface Recent {
  readonly since: MonotonicMs;
  told: number;
  held: number;
}

/** How often one event is told in a window; further ones are counted and told with the next. */
const TOLD_MAX = 5;
const WINDOW_MS = 60_000;
/** How many different events are watched; a flood of new ones forgets the oldest. */
const WATCHED_MAX = 1000;
/** Differs with each request, and so does not make an event another one. */
const PER_REQUEST = "requestId";

/**
 * Keeps what says the same over and over from filling the log and everybody's inbox. A state that
 * goes back and forth a few times in a minute is still told each time.
 */
export class EventLimiter {
  readonly #clock: Clock;
  readonly #recent = new Map<string, Recent>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether to tell the event, and how many like it were held back since the last one told. */
  admit(
    code: EventCode,
    fields: Fields,
  ): { readonly isTold: boolean; readonly heldBefore: number } {
    const key = keyOf(code, fields);
    const now = this.#clock.monotonic();
    const recent = this.#recent.get(key);
    if (recent === undefined || now - recent.since >= WINDOW_MS) {
      this.#recent.delete(key);
      this.#recent.set(key, { since: now, told: 1, held: 0 });
      this.#forgetOldest();
      return { isTold: true, heldBefore: recent?.held ?? 0 };
    }
    if (recent.told >= TOLD_MAX) {
      recent.held += 1;
      return { isTold: false, heldBefore: 0 };
    }
    recent.told += 1;
    return { isTold: true, heldBefore: 0 };
  }

  #forgetOldest(): void {
    const [oldest] = this.#recent.keys();
    if (oldest !== undefined && this.#recent.size > WATCHED_MAX) {
      this.#recent.delete(oldest);
    }
  }
}

function keyOf(code: EventCode, fields: Fields): string {
  const telling = Object.entries(fields).filter(([name]) => name !== PER_REQUEST);
  return JSON.stringify([code, telling]);
}
