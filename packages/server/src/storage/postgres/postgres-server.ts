import { sql as raw } from "kysely";
import type { Sql } from "../kysely/sql.ts";
import type { Scheduler } from "../../platform/scheduler.ts";
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
  /** Of the server that was writable last. */
  #history: ServerHistory | undefined;

  constructor(urls: readonly string[], deps: PostgresDeps) {
    this.#urls = urls;
    this.#deps = deps;
  }

  get scheduler(): Scheduler {
    return this.#deps.scheduler;
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
    let problem: unknown = unavailable("The database URL names no host.");
    if (this.hasOthers && this.#history === undefined) {
      await this.#lookAtAll();
    }
    for (let attempt = 0; attempt < this.#urls.length; attempt++) {
      const index = (this.#preferred + attempt) % this.#urls.length;
      const session = this.#sessionOf(index);
      try {
        const history = await session.snapshot(SNAPSHOT_LIMITS, (sql) => this.#examine(sql));
        refuseReplaced(history, this.#history);
        this.#preferred = index;
        this.#history = history;
        return session;
      } catch (error) {
        problem = error;
        await session.end();
      }
    }
    throw problem;
  }

  /** Of two that would be written to, as after a failover, the one that was promoted last. */
  async #lookAtAll(): Promise<void> {
    const looks = this.#urls.map(async (_, index) => {
      const session = this.#sessionOf(index);
      try {
        return {
          index,
          history: await session.snapshot(SNAPSHOT_LIMITS, (sql) => this.#examine(sql)),
        };
      } catch {
        return undefined; // Why, the attempt to connect will tell.
      } finally {
        await session.end();
      }
    });
    for (const look of await Promise.all(looks)) {
      if (look !== undefined && (this.#history?.timeline ?? "") < look.history.timeline) {
        this.#preferred = look.index;
        this.#history = look.history;
      }
    }
  }

  #sessionOf(index: number): PostgresSession {
    const { scheduler, connect = connectDriver } = this.#deps;
    return new PostgresSession(this.#urls[index] ?? "", scheduler, connect);
  }

  async #examine(sql: Sql): Promise<ServerHistory> {
    await refuseUnfit(sql);
    return this.hasOthers ? historyOf(sql) : UNKNOWN_HISTORY;
  }
}

/** Which cluster a server is of, and how often its cluster was promoted, in hexadecimal digits. */
interface ServerHistory {
  readonly systemIdentifier: string;
  readonly timeline: string;
}

const UNKNOWN_HISTORY: ServerHistory = { systemIdentifier: "", timeline: "" };
const TIMELINE_DIGITS = 8;

async function historyOf({ db }: Sql): Promise<ServerHistory> {
  // Not what the last checkpoint says: a server that was just promoted has made none.
  const { rows } = await raw<ServerHistory>`
    select
      cast((select system_identifier from pg_control_system()) as text) as "systemIdentifier",
      substr(pg_walfile_name(pg_current_wal_lsn()), 1, ${raw.lit(TIMELINE_DIGITS)}) as timeline
  `.execute(db);
  return rows[0] ?? UNKNOWN_HISTORY;
}

/** A primary that another was promoted over, and which then came back, believes itself writable. */
function refuseReplaced(history: ServerHistory, last: ServerHistory | undefined): void {
  const isSameCluster = history.systemIdentifier === last?.systemIdentifier;
  if (isSameCluster && history.timeline < last.timeline) {
    throw unavailable("The database server was replaced by another, and must not be used.");
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
