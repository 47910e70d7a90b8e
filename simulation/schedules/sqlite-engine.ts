import { DatabaseSync } from "node:sqlite";
import { type Outcome, outcomeOf, type ScheduleEngine } from "./schedule.ts";

/** Clauses that only say which rows to lock: whoever writes has all of them on SQLite. */
const LOCKING = / for (?:no key update|key share|update|share)(?: of \w+)?(?: skip locked)?/g;
/** Else SQLite takes the conflict clause for the condition of a join. */
const AMBIGUOUS = / from passed on conflict /;
const BEGIN = /^begin isolation level .*$/;
const ROWS = /^select /;

/** SQLite in memory, for sessions that come one after the other, as its one writer makes them. */
export class SqliteEngine implements ScheduleEngine {
  readonly #database = new DatabaseSync(":memory:", { enableForeignKeyConstraints: true });

  run(_session: string, sql: string): Promise<Outcome> {
    const text = sql
      .replace(LOCKING, "")
      .replace(BEGIN, "begin immediate")
      .replace(AMBIGUOUS, " from passed where true on conflict ");
    try {
      const statement = this.#database.prepare(text);
      if (ROWS.test(text)) {
        return Promise.resolve(outcomeOf("SELECT", null, statement.all()));
      }
      return Promise.resolve({ kind: "count", count: Number(statement.run().changes) });
    } catch {
      return Promise.resolve({ kind: "error", state: "refused" });
    }
  }

  settle(): Promise<void> {
    return Promise.resolve();
  }

  pause(): Promise<void> {
    return Promise.resolve();
  }
}
