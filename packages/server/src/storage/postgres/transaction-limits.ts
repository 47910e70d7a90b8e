import type { Lane } from "../kysely/sql.ts";

/**
 * How long a transaction may keep others waiting, in ms. The server counts, so that it also ends
 * what a frozen process left behind; each limit lives for one transaction (`set local`), because a
 * pooler may give the connection to somebody else afterwards.
 */
export interface TransactionLimits {
  readonly statementMs: number;
  /** Waiting for one lock. */
  readonly lockMs: number;
  /** The server waiting for the next statement. */
  readonly idleMs: number;
  /** The server waiting for this process to receive what was sent: neither of the above counts then. */
  readonly receiveMs: number;
}

export const SNAPSHOT_LIMITS: TransactionLimits = {
  statementMs: 5000,
  lockMs: 4000,
  idleMs: 5000,
  receiveMs: 10_000,
};

/** A frozen master secret server must let a claim through within about two seconds. */
export const CHANGE_LIMITS: Readonly<Record<Lane, TransactionLimits>> = {
  ordinary: { statementMs: 5000, lockMs: 4000, idleMs: 5000, receiveMs: 5000 },
  fenced: { statementMs: 5000, lockMs: 4000, idleMs: 2000, receiveMs: 2000 },
  renewal: { statementMs: 2000, lockMs: 1500, idleMs: 1000, receiveMs: 1000 },
};

/** Making and migrating the schema. */
export const SCHEMA_LIMITS: TransactionLimits = {
  statementMs: 600_000,
  lockMs: 60_000,
  idleMs: 60_000,
  receiveMs: 60_000,
};

/** The statements that begin a transaction, for one message to the server. */
export function beginText(kind: "snapshot" | "change", limits: TransactionLimits): string {
  const begin =
    kind === "snapshot"
      ? "begin isolation level repeatable read read only"
      : "begin isolation level read committed";
  return [
    begin,
    `set local statement_timeout = ${limits.statementMs}`,
    `set local lock_timeout = ${limits.lockMs}`,
    `set local idle_in_transaction_session_timeout = ${limits.idleMs}`,
    `set local tcp_user_timeout = ${limits.receiveMs}`,
  ].join("; ");
}
