import { PostgresAdapter, PostgresQueryCompiler, type QueryResult, sql as raw } from "kysely";
import { CodedError } from "../../base/coded-error.ts";
import { invariant } from "../../base/invariant.ts";
import type { Scheduler } from "../../platform/scheduler.ts";
import { kyselyOver } from "../kysely/session-dialect.ts";
import type { Execute, Query, Sql } from "../kysely/sql.ts";
import { withinTime } from "./deadline.ts";
import type { ConnectDriver, DriverAnswer, DriverClient } from "./driver.ts";
import { endsSession, postgresCommitFault, postgresFault, unavailable } from "./postgres-fault.ts";
import { type TransactionLimits, beginText } from "./transaction-limits.ts";
import { withLiterals } from "./with-literals.ts";
import { wireValue } from "./wire-types.ts";

const FLAVOUR = {
  createAdapter: () => new PostgresAdapter(),
  createQueryCompiler: () => new PostgresQueryCompiler(),
};

/** The begin of a snapshot: statements that follow one that failed change nothing. */
const NOT_WAITED_FOR = Promise.resolve();
const END_SECONDS_MAX = 1;
/** How much longer than the server this side waits for an answer, before it leaves the server. */
const NETWORK_MS = 2000;
/** A commit may wait for a standby, which no time-out of the server ends. */
const COMMIT_MS_MAX = 10_000;

/**
 * One connection, for one transaction at a time. The driver would quietly connect anew and run the
 * next statement outside its transaction, so the session is broken for good with the first loss.
 */
export class PostgresSession {
  readonly #scheduler: Scheduler;
  readonly #client: DriverClient;
  readonly #sql: Sql;
  #statementMsMax = 0;
  #beginText = "";
  #begun: Promise<unknown> | undefined;
  #isBroken = false;
  #isUnconfirmed = false;

  /** Connects with the first statement. */
  constructor(url: string, scheduler: Scheduler, connect: ConnectDriver) {
    this.#scheduler = scheduler;
    this.#client = connect(url, {
      closed: () => {
        this.#isBroken = true;
      },
      unconfirmed: () => {
        this.#isUnconfirmed = true;
      },
    });
    const execute: Execute = (query) => this.#execute(query);
    this.#sql = {
      kind: "postgres",
      db: kyselyOver(FLAVOUR, execute),
      execute,
      executeFirst: (query) => this.#executeFirst(query),
      compiled: new Map(),
      nowMs: raw<bigint>`cast(extract(epoch from clock_timestamp()) * 1000 as bigint)`,
      // Text first: the driver would make JSON of a parameter that is to be JSON once more.
      textsOf: (jsonArray) =>
        raw<string>`(select jsonb_array_elements_text(cast(cast(${jsonArray} as text) as jsonb)))`,
    };
  }

  /** After a loss of the connection: no further transaction will succeed. */
  get isBroken(): boolean {
    return this.#isBroken;
  }

  /**
   * Runs one transaction that changes something. Throws as `postgresFault`, or `outcome-unknown`,
   * or what `run` threw. Joined, the begin goes with the first statement, which saves a message;
   * else `run` is called only when the transaction has begun.
   */
  async change<T>(
    limits: TransactionLimits,
    run: (sql: Sql) => Promise<T>,
    begin: "first" | "joined" = "first",
  ): Promise<T> {
    this.#statementMsMax = limits.statementMs + NETWORK_MS;
    this.#isUnconfirmed = false;
    this.#begun = undefined;
    this.#beginText = beginText("change", limits);
    let result: T;
    try {
      if (begin === "first") {
        await this.#begin();
      }
      result = await run(this.#sql);
      await this.#begin();
    } catch (error) {
      await this.#rollBack();
      throw error;
    }
    await this.#commit();
    return result;
  }

  /**
   * Runs one transaction that reads. Its begin and its end travel with the statements and are not
   * waited for, which halves the time of a lookup. Throws as `postgresFault`, or what `run` threw.
   */
  async snapshot<T>(limits: TransactionLimits, run: (sql: Sql) => Promise<T>): Promise<T> {
    this.#statementMsMax = limits.statementMs + NETWORK_MS;
    this.#begun = NOT_WAITED_FOR;
    const begun = this.#statement(beginText("snapshot", limits));
    begun.catch(() => undefined); // Thrown below, also if `run` has not ended by then.
    try {
      const result = await run(this.#sql);
      await begun;
      return result;
    } catch (error) {
      await begun; // Why it could not begin says more than what came of that.
      throw error;
    } finally {
      void this.#rollBack();
    }
  }

  /** Leaves the server; what is still running there is ended by the server's own time-outs. */
  async end(): Promise<void> {
    const seconds = this.#isBroken ? 0 : END_SECONDS_MAX;
    this.#isBroken = true;
    await this.#client.end({ timeout: seconds });
  }

  async #execute(query: Query): Promise<QueryResult<unknown>> {
    await this.#begin();
    return queryResult(await this.#statement(query.sql, query.parameters));
  }

  /** One message: the server runs no statement of it behind one that failed. */
  async #executeFirst(query: Query): Promise<QueryResult<unknown>> {
    if (this.#begun !== undefined) {
      return this.#execute(query);
    }
    const answer = this.#statement(`${this.#beginText}; ${withLiterals(query)}`);
    this.#begun = answer;
    return queryResult(await answer);
  }

  /** Waited for: behind a begin that failed, a change would be a transaction of its own. */
  async #begin(): Promise<void> {
    this.#begun ??= this.#statement(this.#beginText);
    await this.#begun;
  }

  async #statement(text: string, parameters: readonly unknown[] = []): Promise<DriverAnswer> {
    try {
      return await this.#send(text, parameters, this.#statementMsMax);
    } catch (error) {
      throw postgresFault(error);
    }
  }

  async #commit(): Promise<void> {
    if (this.#isBroken) {
      throw unavailable("The connection to the database was lost."); // Nothing was sent.
    }
    const { command } = await this.#send("commit", [], COMMIT_MS_MAX).catch((error: unknown) => {
      throw postgresCommitFault(error);
    });
    invariant(command === "COMMIT", "a transaction was to be kept in which a statement had failed");
    if (this.#isUnconfirmed) {
      throw new CodedError("outcome-unknown", {
        detail: "No standby confirmed the commit; a failover may lose it.",
      });
    }
  }

  async #rollBack(): Promise<void> {
    try {
      await this.#send("rollback", [], this.#statementMsMax);
    } catch {
      this.#isBroken = true; // The server rolls back when the connection is gone.
    }
  }

  /** Throws the driver's own error. */
  async #send(text: string, parameters: readonly unknown[], waitMs: number): Promise<DriverAnswer> {
    if (this.#isBroken) {
      throw unavailable("The connection to the database was lost.");
    }
    try {
      const answer = this.#client.unsafe(text, parameters.map(wireValue));
      const ended = await withinTime(this.#scheduler, waitMs, answer);
      if (ended.kind === "ended") {
        return ended.value;
      }
    } catch (error) {
      this.#isBroken ||= endsSession(error);
      throw error;
    }
    this.#isBroken = true;
    throw unavailable("The database server does not answer.");
  }
}

function queryResult(answer: DriverAnswer): QueryResult<unknown> {
  return { rows: [...answer], numAffectedRows: affectedRows(answer) };
}

/** The driver counts nothing, whatever its types say, for a statement that changes the schema. */
function affectedRows({ count }: { readonly count: number | null }): bigint {
  return BigInt(count ?? 0);
}
