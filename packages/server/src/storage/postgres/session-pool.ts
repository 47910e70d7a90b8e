import type { PostgresServer } from "./postgres-server.ts";
import type { PostgresSession } from "./postgres-session.ts";
import { unavailable } from "./postgres-fault.ts";
import { SessionSlot } from "./session-slot.ts";

const WAITING_MAX = 1000;

/** Sessions for ordinary work; who finds none free waits in line. */
export class SessionPool {
  readonly #slots: readonly SessionSlot[];
  readonly #free: SessionSlot[];
  readonly #waiting: ((slot: SessionSlot) => void)[] = [];

  constructor(server: PostgresServer, sessionsMax: number) {
    this.#slots = Array.from({ length: sessionsMax }, () => new SessionSlot(server));
    this.#free = [...this.#slots];
  }

  /** Lends a session. Throws `database-unavailable` if none opens, or too many wait. */
  async use<T>(run: (session: PostgresSession) => Promise<T>): Promise<T> {
    if (this.#waiting.length >= WAITING_MAX) {
      throw unavailable("Too many requests wait for the database.");
    }
    const slot = await this.#take();
    try {
      return await slot.use(run);
    } finally {
      this.#give(slot);
    }
  }

  /** Ends the sessions when everybody who asked before is done. */
  async end(): Promise<void> {
    await Promise.all(this.#slots.map(() => this.#take()));
    await Promise.all(this.#slots.map((slot) => slot.end()));
  }

  #take(): Promise<SessionSlot> {
    const slot = this.#free.pop(); // The one used last: the others may stay unopened.
    if (slot !== undefined) {
      return Promise.resolve(slot);
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #give(slot: SessionSlot): void {
    const next = this.#waiting.shift();
    if (next === undefined) {
      this.#free.push(slot);
    } else {
      next(slot);
    }
  }
}
