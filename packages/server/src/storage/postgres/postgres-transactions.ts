import { sql as raw } from "kysely";
import type { Scheduler } from "../../platform/scheduler.ts";
import type { Lane, Sql, Transactions } from "../kysely/sql.ts";
import { durabilityProblem } from "./durability.ts";
import { unavailable } from "./postgres-fault.ts";
import type { PostgresServer } from "./postgres-server.ts";
import { SessionPool } from "./session-pool.ts";
import { SessionSlot } from "./session-slot.ts";
import { CHANGE_LIMITS, SCHEMA_LIMITS, SNAPSHOT_LIMITS } from "./transaction-limits.ts";

const POOL_SESSIONS_MAX = 8;

/** "chatelai" in ASCII; held by whoever makes or migrates the schema of a database. */
const SCHEMA_LOCK_KEY = 0x6368_6174_656c_6169n;

/**
 * A pool for ordinary work, one session for fenced writes, which go one at a time, and one for the
 * lease, which waits behind nothing.
 */
export class PostgresTransactions implements Transactions {
  readonly kind = "postgres";
  readonly scheduler: Scheduler;
  readonly #server: PostgresServer;
  readonly #pool: SessionPool;
  readonly #fenced: SessionSlot;
  readonly #renewal: SessionSlot;
  #isClosed = false;

  constructor(server: PostgresServer) {
    this.#server = server;
    this.scheduler = server.scheduler;
    this.#pool = new SessionPool(server, POOL_SESSIONS_MAX);
    this.#fenced = new SessionSlot(server);
    this.#renewal = new SessionSlot(server);
  }

  async snapshot<T>(run: (sql: Sql) => Promise<T>): Promise<T> {
    this.#refuseIfClosed();
    return this.#pool.use((session) => session.snapshot(SNAPSHOT_LIMITS, run));
  }

  async change<T>(lane: Lane, run: (sql: Sql) => Promise<T>): Promise<T> {
    this.#refuseIfClosed();
    const sessions = { ordinary: this.#pool, fenced: this.#fenced, renewal: this.#renewal };
    const begin = lane === "fenced" ? "joined" : "first";
    return sessions[lane].use((session) => session.change(CHANGE_LIMITS[lane], run, begin));
  }

  /** A change of the schema; one at a time among all nodes. */
  async changeSchema<T>(run: (sql: Sql) => Promise<T>): Promise<T> {
    this.#refuseIfClosed();
    return this.#fenced.use((session) =>
      session.change(SCHEMA_LIMITS, async (sql) => {
        // Of the transaction, not of the session, which a pooler may share out.
        await raw`select pg_advisory_xact_lock(${SCHEMA_LOCK_KEY})`.execute(sql.db);
        return run(sql);
      }),
    );
  }

  async durability(): Promise<{ readonly keepsCommits: boolean; readonly reason?: string }> {
    const reason = await this.snapshot((sql) => durabilityProblem(sql, this.#server.hasOthers));
    return reason === undefined ? { keepsCommits: true } : { keepsCommits: false, reason };
  }

  /** On the session of the lease, which nobody else waits for. */
  async ping(): Promise<void> {
    this.#refuseIfClosed();
    await this.#renewal.use((session) =>
      session.snapshot(SNAPSHOT_LIMITS, async ({ db }) => {
        await raw`select 1`.execute(db);
      }),
    );
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([this.#pool.end(), this.#fenced.end(), this.#renewal.end()]);
  }

  #refuseIfClosed(): void {
    if (this.#isClosed) {
      throw unavailable("The node is shutting down.");
    }
  }
}
