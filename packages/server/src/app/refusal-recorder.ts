import type { ErrorCode } from "@chatelaine/protocol";
import type { EventSink } from "../domain/event/event-sink.ts";
import type { Caller } from "../domain/access/caller.ts";
import type { Refusal } from "../http/http-server.ts";
import type { Clock, MonotonicMs } from "../platform/clock.ts";

/** Refusals that somebody should hear of; a typing error in a request is not one. */
const RECORDED: readonly ErrorCode[] = [
  "authentication-required",
  "permission-denied",
  "local-socket-required",
  "application-not-found",
  "application-disabled",
  "bindings-not-found",
  "row-not-authentic",
  "cannot-open",
];

/** The longest name of an application, in UTF-16 code units. */
const NAME_LENGTH_MAX = 128;
/** How an API token begins, which somebody may have put where a name belongs. */
const TOKEN_START = /^chat_/i;

/** How many refusals of callers without a valid token are recorded in each minute. */
const NOBODYS_PER_MINUTE_MAX = 60;
const MINUTE_MS = 60_000;

export interface RefusalTarget {
  recordRefusal(caller: Caller, about: Readonly<Record<string, string>>): Promise<void>;
}

/**
 * Records refused requests in the audit (P10). Whoever has no token could fill the disk with
 * them, so of those only so many are written in a minute; the next one that is written tells how
 * many were not.
 */
export class RefusalRecorder {
  readonly #target: RefusalTarget;
  readonly #events: EventSink;
  readonly #clock: Clock;
  #minuteBegan: MonotonicMs;
  #recorded = 0;
  #left = 0;

  constructor(target: RefusalTarget, events: EventSink, clock: Clock) {
    this.#target = target;
    this.#events = events;
    this.#clock = clock;
    this.#minuteBegan = clock.monotonic();
  }

  /** Resolves when the refusal is recorded, or cannot be. */
  async tell({ routeId, code, caller, params }: Refusal): Promise<void> {
    if (code === "cannot-open") {
      this.#events.raise("trust.value-refused", { routeId, requestId: caller.requestId });
    }
    if (!RECORDED.includes(code) || (caller.kind === "nobody" && !this.#hasRoom())) {
      return;
    }
    const named = namedIn(params);
    const left = this.#left === 0 ? {} : { notRecorded: String(this.#left) };
    this.#left = 0;
    await this.#target.recordRefusal(caller, { routeId, code, ...named, ...left }).catch(() => {
      // A database that is away refuses the request and cannot record that.
    });
  }

  #hasRoom(): boolean {
    const now = this.#clock.monotonic();
    if (now - this.#minuteBegan >= MINUTE_MS) {
      this.#minuteBegan = now;
      this.#recorded = 0;
    }
    if (this.#recorded >= NOBODYS_PER_MINUTE_MAX) {
      this.#left += 1;
      return false;
    }
    this.#recorded += 1;
    return true;
  }
}

/**
 * The application that was asked for, and nothing else of the path: it was not checked, and what
 * a caller puts into it by mistake may be a secret (P8).
 */
function namedIn(params: unknown): { readonly application?: string } {
  const named =
    typeof params === "object" && params !== null && "application" in params
      ? params.application
      : undefined;
  return typeof named === "string" && named.length <= NAME_LENGTH_MAX && !TOKEN_START.test(named)
    ? { application: named }
    : {};
}
