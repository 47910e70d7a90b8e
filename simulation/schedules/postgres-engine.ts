import postgres from "postgres";
import { pause, systemScheduler } from "../../packages/server/src/platform/scheduler.ts";
import { type Outcome, outcomeOf, type ScheduleEngine } from "./schedule.ts";

const POLL_MS = 2;

/** Sessions of a real PostgreSQL, each on a connection of its own, in a schema of their own. */
export class PostgresEngine implements ScheduleEngine {
  readonly #url: string;
  readonly #schema: string;
  readonly #watcher: postgres.Sql;
  readonly #sessions = new Map<string, postgres.Sql>();
  readonly #pids = new Map<string, number>();

  private constructor(url: string, schema: string, watcher: postgres.Sql) {
    this.#url = url;
    this.#schema = schema;
    this.#watcher = watcher;
  }

  static async open(url: string, schema: string): Promise<PostgresEngine> {
    const watcher = postgres(url, { max: 1, onnotice: () => undefined });
    await watcher.unsafe(`create schema ${schema}`);
    return new PostgresEngine(url, schema, watcher);
  }

  async run(session: string, sql: string): Promise<Outcome> {
    try {
      const connection = await this.#session(session);
      const answer = await connection.unsafe(sql);
      return outcomeOf(answer.command, answer.count, answer);
    } catch (error) {
      return {
        kind: "error",
        state: error instanceof postgres.PostgresError ? error.code : "lost",
      };
    }
  }

  async settle(inFlight: () => readonly string[]): Promise<void> {
    while (!(await this.#areWaiting(inFlight()))) {
      await pause(systemScheduler, POLL_MS);
    }
  }

  pause(ms: number): Promise<void> {
    return pause(systemScheduler, ms);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#sessions.values()].map((session) => session.end({ timeout: 0 })));
    await this.#watcher.unsafe(`drop schema ${this.#schema} cascade`);
    await this.#watcher.end();
  }

  async #session(name: string): Promise<postgres.Sql> {
    const known = this.#sessions.get(name);
    if (known !== undefined) {
      return known;
    }
    const session = postgres(this.#url, { max: 1, prepare: false, onnotice: () => undefined });
    this.#sessions.set(name, session);
    await session.unsafe(`set search_path = ${this.#schema}`);
    const [row] = await session<{ pid: number }[]>`select pg_backend_pid() as pid`;
    this.#pids.set(name, row?.pid ?? 0);
    return session;
  }

  /** Whether another session stands in the way of each of them. */
  async #areWaiting(sessions: readonly string[]): Promise<boolean> {
    for (const session of sessions) {
      const pid = this.#pids.get(session);
      if (pid === undefined) {
        return false;
      }
      const [row] = await this.#watcher<{ waits: boolean }[]>`
        select cardinality(pg_blocking_pids(${pid})) > 0 as waits`;
      if (row?.waits !== true) {
        return false;
      }
    }
    return true;
  }
}
