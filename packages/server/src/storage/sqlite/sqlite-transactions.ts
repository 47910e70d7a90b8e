import { CodedError } from "../../base/coded-error.ts";
import type { MonotonicMs } from "../../platform/clock.ts";
import { plusMs } from "../../platform/clock.ts";
import { pause, type Scheduler } from "../../platform/scheduler.ts";
import type { Lane, Sql, Transactions } from "../kysely/sql.ts";
import { Turns } from "../turns.ts";
import { busyDeadline, retryWhileBusy } from "./busy-retry.ts";
import type { SqliteDeps } from "./sqlite-deps.ts";
import { sqliteCommitFault } from "./sqlite-fault.ts";
import { SqliteSession } from "./sqlite-session.ts";

/**
 * Writes that follow each other without a turn of the event loop end after this long, and the file
 * is left alone for the pause: other processes try at random moments and need a gap to hit, and
 * so does everything else in this process. A lease must be renewed every second.
 */
const BURST_MS_MAX = 10;
const BREATH_MS = 2;

/** One connection that writes and one that reads, each doing one transaction at a time. */
export class SqliteTransactions implements Transactions {
  readonly kind = "sqlite";
  readonly scheduler: Scheduler;
  readonly #path: string;
  readonly #deps: SqliteDeps;
  readonly #writer: SqliteSession;
  readonly #reader: SqliteSession;
  readonly #writes = new Turns();
  readonly #reads = new Turns();
  #burstStartedAt: MonotonicMs;
  #lastWriteAt: MonotonicMs;
  #isClosed = false;

  /** Opens both connections to the file, which must exist. Throws as `sqliteFault`. */
  constructor(path: string, deps: SqliteDeps) {
    this.#path = path;
    this.#deps = deps;
    this.scheduler = deps.scheduler;
    this.#writer = SqliteSession.open(path);
    try {
      this.#reader = SqliteSession.open(path);
    } catch (error) {
      this.#writer.close();
      throw error;
    }
    this.#reader.execute("pragma query_only = on");
    this.#burstStartedAt = this.#lastWriteAt = deps.clock.monotonic();
  }

  /**
   * Puts the file into WAL mode, where it is not: a copy made by another tool may be in another.
   * Only for a file known to be ours or new. Throws `database-locked`, or as `sqliteFault`.
   */
  async useWriteAheadLog(): Promise<void> {
    const deadline = busyDeadline(this.#deps);
    await retryWhileBusy(this.#deps, this.#path, deadline, () => {
      this.#writer.useWriteAheadLog();
    });
  }

  async snapshot<T>(run: (sql: Sql) => Promise<T>): Promise<T> {
    this.#refuseIfClosed();
    const deadline = busyDeadline(this.#deps);
    return this.#reads.run(async () => {
      await this.#begin(this.#reader, deadline, () => {
        this.#reader.begin("deferred");
        // The moment is fixed by the first read; it is also what may find the file busy.
        this.#reader.execute("select 1 from sqlite_schema limit 1");
      });
      return this.#finish(this.#reader, run);
    });
  }

  async change<T>(_lane: Lane, run: (sql: Sql) => Promise<T>): Promise<T> {
    this.#refuseIfClosed();
    // From the moment of asking: a queue behind a frozen process drains as one.
    const deadline = busyDeadline(this.#deps);
    return this.#writes.run(async () => {
      await this.#breathe();
      await this.#begin(this.#writer, deadline, () => {
        this.#writer.begin("immediate");
      });
      try {
        return await this.#finish(this.#writer, run);
      } finally {
        this.#lastWriteAt = this.#deps.clock.monotonic();
      }
    });
  }

  durability(): Promise<{ readonly keepsCommits: boolean; readonly reason?: string }> {
    const isFull = Number(this.#writer.pragma("synchronous")) >= 2;
    return Promise.resolve(
      isFull
        ? { keepsCommits: true }
        : { keepsCommits: false, reason: "SQLite does not write through to the disk" },
    );
  }

  async ping(): Promise<void> {
    await this.snapshot(() => Promise.resolve());
  }

  /** Ends both connections when what was asked for before has ended. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#reads.run(async () => {
      this.#reader.close();
    });
    await this.#writes.run(async () => {
      this.#writer.close();
    });
  }

  async #begin(session: SqliteSession, deadline: MonotonicMs, attempt: () => void): Promise<void> {
    await retryWhileBusy(this.#deps, this.#path, deadline, () => {
      try {
        attempt();
      } catch (error) {
        session.rollBack();
        throw error;
      }
    });
  }

  async #finish<T>(session: SqliteSession, run: (sql: Sql) => Promise<T>): Promise<T> {
    let result: T;
    try {
      result = await run(session.sql);
    } catch (error) {
      session.rollBack();
      throw error;
    }
    try {
      session.commit();
    } catch (error) {
      session.rollBack();
      throw sqliteCommitFault(error);
    }
    return result;
  }

  #refuseIfClosed(): void {
    if (this.#isClosed) {
      throw new CodedError("database-unavailable", { detail: "The node is shutting down." });
    }
  }

  async #breathe(): Promise<void> {
    const now = this.#deps.clock.monotonic();
    if (now >= plusMs(this.#lastWriteAt, BREATH_MS)) {
      this.#burstStartedAt = now;
    } else if (now >= plusMs(this.#burstStartedAt, BURST_MS_MAX)) {
      await pause(this.#deps.scheduler, BREATH_MS);
      this.#burstStartedAt = this.#deps.clock.monotonic();
    }
  }
}
