import type { EventCode } from "@chatelaine/protocol";
import { isCoded } from "../base/coded-error.ts";
import type { EventSink } from "../domain/event/event-sink.ts";
import type { CachedSecretAnnouncement } from "../domain/keyring/cached-secret.ts";
import type { MastershipAction } from "../domain/mastership/mastership.ts";

export type RoleAnnouncement = Extract<MastershipAction, { kind: "announce" }>;

export const ROLE_EVENTS = {
  acquired: "mastership.acquired",
  suspended: "mastership.suspended",
  resumed: "mastership.resumed",
  lost: "mastership.lost",
  released: "mastership.released",
} as const satisfies Record<RoleAnnouncement["what"], EventCode>;

const SECRET_EVENTS = {
  confirmed: "master-secret-server.found",
  degraded: "master-secret-server.lost",
  revoked: "master-secret.erased",
  "caught-up": "trust.database-caught-up",
  behind: "trust.database-behind",
  "mastership-refused": "trust.mastership-refused",
  "keyring-refused": "trust.keyring-refused",
} as const satisfies Record<CachedSecretAnnouncement["what"], EventCode>;

/** Raises events that have a cause once for each cause, until another comes. */
export class OnceForEachCause {
  readonly #events: EventSink;
  /** What was raised last of each kind. */
  readonly #told = new Map<EventCode, string>();

  constructor(events: EventSink) {
    this.#events = events;
  }

  raise(code: EventCode, fields: Readonly<Record<string, string>>): void {
    const told = JSON.stringify(fields);
    if (this.#told.get(code) !== told) {
      this.#told.set(code, told);
      this.#events.raise(code, fields);
    }
  }

  /** That a request failed, unless the database is away: whoever guards it says so. */
  requestFailed(what: string, error: unknown): void {
    if (!isCoded(error, "database-unavailable", "outcome-unknown", "database-locked")) {
      this.raise("cluster.request-failed", { what, reason: reasonOf(error) });
    }
  }

  /** Everything is told anew. */
  forget(): void {
    this.#told.clear();
  }
}

/** Messages of foreign code may quote what they were given; a code and a name do not. */
function reasonOf(error: unknown): string {
  if (isCoded(error)) {
    return error.code;
  }
  return error instanceof Error ? error.name : typeof error;
}

/** Tells people what becomes of the cached secret. */
export class SecretNews {
  readonly #events: EventSink;
  readonly #once: OnceForEachCause;
  /** Whether a confirmation that there was has ended. */
  #wasDegraded = false;

  constructor(events: EventSink, once: OnceForEachCause) {
    this.#events = events;
    this.#once = once;
  }

  tell(announcement: CachedSecretAnnouncement): void {
    const code = SECRET_EVENTS[announcement.what];
    if (announcement.what === "confirmed" && !this.#wasDegraded) {
      return; // nothing was lost that could be found again
    }
    if (announcement.what === "confirmed" || announcement.what === "degraded") {
      this.#wasDegraded = announcement.what === "degraded";
    }
    if ("difference" in announcement) {
      this.#once.raise(code, { difference: announcement.difference });
    } else {
      this.#events.raise(code);
    }
  }
}
