import { sql as raw } from "kysely";
import type { Sql } from "../kysely/sql.ts";
import { connectDriver } from "./driver.ts";
import type { PostgresDeps } from "./postgres-deps.ts";
import { unavailable } from "./postgres-fault.ts";
import { PostgresSession } from "./postgres-session.ts";
import { SNAPSHOT_LIMITS } from "./transaction-limits.ts";

/** PostgreSQL 14, as `server_version_num` spells it. */
const VERSION_MIN = 140_000n;

/**
 * For so long after a failed attempt nobody else tries: all who wait for a session would, one after
 * the other, each with a connection of its own to a server that is only just starting.
 */
const CONNECT_PAUSE_MS = 50;

/**
 * The writable server among the hosts of the URL (D2). They are tried here and not by the driver,
 * which tries again without end or pause when no host answers.
 */
export class PostgresServer {
  readonly #urls: readonly string[];
  readonly #deps: PostgresDeps;
  #preferred = 0;
  #lastProblem: { readonly error: unknown } | undefined;

  constructor(urls: readonly string[], deps: PostgresDeps) {
    this.#urls = urls;
    this.#deps = deps;
  }

  /** More than one host: a failover may happen. */
  get hasOthers(): boolean {
    return this.#urls.length > 1;
  }

  /**
   * Connects to the host that was writable last, else to the next that is. Throws
   * `database-unavailable` as the last host tried tells it, also for a moment afterwards.
   */
  async connect(): Promise<PostgresSession> {
    if (this.#lastProblem !== undefined) {
      throw this.#lastProblem.error;
    }
    try {
      return await this.#connectToFirst();
    } catch (error) {
      this.#lastProblem = { error };
      this.#deps.scheduler.after(CONNECT_PAUSE_MS, () => {
        this.#lastProblem = undefined;
      });
      throw error;
    }
  }

  async #connectToFirst(): Promise<PostgresSession> {
    const { scheduler, connect = connectDriver } = this.#deps;
    let problem: unknown = unavailable("The database URL names no host.");
    for (let attempt = 0; attempt < this.#urls.length; attempt++) {
      const index = (this.#preferred + attempt) % this.#urls.length;
      const session = new PostgresSession(this.#urls[index] ?? "", scheduler, connect);
      try {
        await session.snapshot(SNAPSHOT_LIMITS, refuseUnfit);
        this.#preferred = index;
        return session;
      } catch (error) {
        problem = error;
        await session.end();
      }
    }
    throw problem;
  }
}

async function refuseUnfit({ db }: Sql): Promise<void> {
  const { rows } = await raw<{ version: bigint; standby: string; read_only: string }>`
    select
      cast(current_setting('server_version_num') as bigint) as version,
      cast(pg_is_in_recovery() as text) as standby,
      current_setting('default_transaction_read_only') as read_only
  `.execute(db);
  const [server] = rows;
  if (server === undefined || server.version < VERSION_MIN) {
    throw unavailable("The database server is older than PostgreSQL 14.");
  }
  if (server.standby === "true" || server.read_only === "on") {
    throw unavailable("The database server is read-only; it may be a standby.");
  }
}
