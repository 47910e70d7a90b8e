import { Turns } from "../turns.ts";
import type { PostgresServer } from "./postgres-server.ts";
import type { PostgresSession } from "./postgres-session.ts";

/** A place for one session, which is opened when it is needed and replaced when it broke. */
export class SessionSlot {
  readonly #server: PostgresServer;
  readonly #turns = new Turns();
  #session: PostgresSession | undefined;

  constructor(server: PostgresServer) {
    this.#server = server;
  }

  /** Lends the session to one caller at a time. Throws `database-unavailable` if none opens. */
  use<T>(run: (session: PostgresSession) => Promise<T>): Promise<T> {
    return this.#turns.run(async () => run(await this.#opened()));
  }

  /** Ends the session when its callers are done. */
  end(): Promise<void> {
    return this.#turns.run(async () => {
      await this.#session?.end();
    });
  }

  async #opened(): Promise<PostgresSession> {
    if (this.#session?.isBroken === true) {
      await this.#session.end();
      this.#session = undefined;
    }
    this.#session ??= await this.#server.connect();
    return this.#session;
  }
}
