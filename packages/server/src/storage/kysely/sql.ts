import type { Kysely, RawBuilder } from "kysely";
import type { DatabaseKind } from "../../domain/store/sso-database.ts";
import type { Tables } from "./tables.ts";

/** Statements into one open transaction, with the little that the two databases say differently. */
export interface Sql {
  readonly kind: DatabaseKind;
  readonly db: Kysely<Tables>;
  /** The database's clock when the statement runs, in ms since 1970; not the transaction's start. */
  readonly nowMs: RawBuilder<bigint>;
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
  /** Reads of one moment, as committed. */
  snapshot<T>(run: (sql: Sql) => Promise<T>): Promise<T>;
  /** A change; durable when the promise resolves. */
  change<T>(lane: Lane, run: (sql: Sql) => Promise<T>): Promise<T>;
  durability(): Promise<{ readonly keepsCommits: boolean; readonly reason?: string }>;
  close(): Promise<void>;
}
