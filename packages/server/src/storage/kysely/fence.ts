import type { Selectable } from "kysely";
import { CodedError } from "../../base/coded-error.ts";
import type { MastershipId } from "../../domain/mastership/mastership-store.ts";
import type { Sql } from "./sql.ts";
import type { Tables } from "./tables.ts";

/**
 * The first statement of every fenced write (P2): locks the fence row if it names this mastership,
 * else throws `epoch-fenced`. The lock keeps a claim waiting until this transaction has ended. On
 * SQLite the transaction holds the only write lock already.
 */
export async function passFence(sql: Sql, mastership: MastershipId): Promise<void> {
  const row = await sql.db
    .selectFrom("fence")
    .select("epoch")
    .where("epoch", "=", mastership.epoch)
    .where("claim_id", "=", mastership.claimId)
    .$if(sql.kind === "postgres", (query) => query.forNoKeyUpdate())
    .executeTakeFirst();
  if (row === undefined) {
    throw new CodedError("epoch-fenced");
  }
}

/** Tells which mastership committed what; part of each fenced transaction. */
export async function appendHistory(
  sql: Sql,
  mastership: MastershipId,
  act: string,
): Promise<void> {
  await sql.db
    .insertInto("fenced_write")
    .values({
      epoch: mastership.epoch,
      claim_id: mastership.claimId,
      act,
      at_ms: sql.nowMs,
    })
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
