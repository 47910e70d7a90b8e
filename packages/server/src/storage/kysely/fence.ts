import type { Selectable } from "kysely";
import { CodedError } from "../../base/coded-error.ts";
import type { MastershipId } from "../../domain/mastership/mastership-store.ts";
import type { Sql } from "./sql.ts";
import { firstStatement } from "./statement.ts";
import type { Tables } from "./tables.ts";

/**
 * Locks the fence row if it names the mastership, and only then makes the history row, which is of
 * the row that was locked: with the time, and the place in the history, after the wait for it. The
 * mastership that is told is the caller's, so that a hole in the fence would be seen.
 */
const passAndAppend = firstStatement(
  ({ db, kind, nowMs }: Sql, epoch: bigint, claimId: Uint8Array, act: string) =>
    db
      .with("passed", (named) =>
        named
          .selectFrom("fence")
          .select("epoch")
          .where("epoch", "=", epoch)
          .where("claim_id", "=", claimId)
          .$if(kind === "postgres", (query) => query.forNoKeyUpdate()),
      )
      .insertInto("fenced_write")
      .columns(["epoch", "claim_id", "act", "at_ms"])
      .expression((inner) =>
        inner
          .selectFrom("passed")
          .select((values) => [
            values.val(epoch).as("epoch"),
            values.val(claimId).as("claim_id"),
            values.val(act).as("act"),
            nowMs.as("at_ms"),
          ]),
      )
      .returning(["serial", "at_ms"]),
);

/** A history row, as nobody else can have made it. */
export interface HistoryEntry {
  readonly mastership: MastershipId;
  readonly act: string;
  readonly serial: bigint;
  readonly atMs: bigint;
}

/**
 * The first statement of every fenced write (P2): locks the fence row if it names this mastership
 * and appends to the history that it did `act`, else throws `epoch-fenced`. The lock keeps a claim
 * waiting until this transaction has ended. On SQLite the transaction holds the only write lock
 * already.
 */
export async function passFence(
  sql: Sql,
  mastership: MastershipId,
  act: string,
): Promise<HistoryEntry> {
  const { rows } = await passAndAppend(sql, mastership.epoch, mastership.claimId, act);
  const [row] = rows;
  if (row === undefined) {
    throw new CodedError("epoch-fenced");
  }
  return { mastership, act, serial: row.serial, atMs: row.at_ms };
}

/**
 * Whether the history row is there, asked under the lock that the transaction which made it holds
 * until it has ended: a plain look would miss a commit that lands later.
 */
export async function isInHistory(sql: Sql, entry: HistoryEntry): Promise<boolean> {
  await lockFence(sql);
  const row = await sql.db
    .selectFrom("fenced_write")
    .select("serial")
    .where("serial", "=", entry.serial)
    // A database that has lost its tail gives the same number again.
    .where("epoch", "=", entry.mastership.epoch)
    .where("claim_id", "=", entry.mastership.claimId)
    .where("act", "=", entry.act)
    .where("at_ms", "=", entry.atMs)
    .executeTakeFirst();
  return row !== undefined;
}

/** Tells of an act that holds the locks of fence and lease itself, as the fence tells of others. */
export async function appendHistory(
  sql: Sql,
  { epoch, claimId }: MastershipId,
  act: string,
): Promise<void> {
  await sql.db
    .insertInto("fenced_write")
    .values({ epoch, claim_id: claimId, act, at_ms: sql.nowMs })
    .execute();
}

export function lockFence(sql: Sql): Promise<Selectable<Tables["fence"]>> {
  return sql.db
    .selectFrom("fence")
    .selectAll()
    .$if(sql.kind === "postgres", (query) => query.forUpdate())
    .executeTakeFirstOrThrow();
}

export function lockLease(sql: Sql): Promise<Selectable<Tables["lease"]>> {
  return sql.db
    .selectFrom("lease")
    .selectAll()
    .$if(sql.kind === "postgres", (query) => query.forUpdate())
    .executeTakeFirstOrThrow();
}

/** The database's clock at this moment, in milliseconds since 1970. */
export async function nowMs(sql: Sql): Promise<bigint> {
  const { now } = await sql.db.selectNoFrom(sql.nowMs.as("now")).executeTakeFirstOrThrow();
  return now;
}
