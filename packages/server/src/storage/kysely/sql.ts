import type { CompiledQuery, Kysely, QueryResult, RawBuilder } from "kysely";
import type { DatabaseKind } from "../../domain/store/sso-database.ts";
import type { Scheduler } from "../../platform/scheduler.ts";
import type { Tables } from "./tables.ts";

/** A statement's text and the parameters it is run with. */
export type Query = Pick<CompiledQuery, "sql" | "parameters">;

/** Runs one compiled statement in whatever transaction is open. */
export type Execute = (query: Query) => Promise<QueryResult<unknown>>;

/** Puts values into a statement that was compiled without them. */
export type FillIn = (values: readonly unknown[]) => Query;

/** Statements into one open transaction, with the little that the two databases say differently. */
export interface Sql {
  readonly kind: DatabaseKind;
  readonly db: Kysely<Tables>;
  /** Past kysely, for what is compiled already. */
  readonly execute: Execute;
  /**
   * As `execute`, for the first statement of a change, whose values are numbers, bytes and plain
   * words: PostgreSQL gets it in one message with the begin.
   */
  readonly executeFirst: Execute;
  /** What `statement` has compiled for this session, by what built it. */
  readonly compiled: Map<unknown, FillIn>;
  /** The database's clock when the statement runs, in ms since 1970; not the transaction's start. */
  readonly nowMs: RawBuilder<bigint>;
  /** The texts of a JSON array, for `in`: one statement for any number of them. */
  readonly textsOf: (jsonArray: string) => RawBuilder<string>;
}

/** What a transaction is for, which decides its connection and how long it may take. */
export type Lane =
  | "ordinary" // any node's writes
  | "fenced" // the master secret server's writes and claims, one at a time
  | "renewal"; // the lease, which must not wait behind anything else

/**
 * How a database runs transactions. `run` is called at most once and the transaction rolls back if
 * it throws; faults of the database arrive as coded errors.
 */
export interface Transactions {
  readonly kind: DatabaseKind;
  readonly scheduler: Scheduler;
  /** Reads of one moment, as committed. */
  snapshot<T>(run: (sql: Sql) => Promise<T>): Promise<T>;
  /** A change; durable when the promise resolves. */
  change<T>(lane: Lane, run: (sql: Sql) => Promise<T>): Promise<T>;
  durability(): Promise<{ readonly keepsCommits: boolean; readonly reason?: string }>;
  /** Asks for nothing, past the line of those who wait for something. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
