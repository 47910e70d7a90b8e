import type { Selectable } from "kysely";
import type {
  IdempotencyRow,
  IdempotencyStore,
} from "../../domain/idempotency/idempotency-store.ts";
import type { WallTimeMs } from "../../platform/clock.ts";
import { instantColumn, wallTime } from "./row-values.ts";
import type { Sql } from "./sql.ts";
import { statement } from "./statement.ts";
import type { Tables } from "./tables.ts";

const selectByKey = statement(({ db }, caller: string, key: string) =>
  db.selectFrom("idempotency").selectAll().where("caller", "=", caller).where("key", "=", key),
);

const lockByKey = statement(({ db, kind }, caller: string, key: string) =>
  db
    .selectFrom("idempotency")
    .selectAll()
    .where("caller", "=", caller)
    .where("key", "=", key)
    .$if(kind === "postgres", (query) => query.forUpdate()),
);

export class KyselyIdempotencyStore implements IdempotencyStore {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  async find(caller: string, key: string): Promise<IdempotencyRow | undefined> {
    const { rows } = await selectByKey(this.#sql, caller, key);
    return rows.map(idempotencyRow)[0];
  }

  async findAndLock(caller: string, key: string): Promise<IdempotencyRow | undefined> {
    const { rows } = await lockByKey(this.#sql, caller, key);
    return rows.map(idempotencyRow)[0];
  }

  /** Of two that arrive together the second waits for the first: a check before would let it pass. */
  async add(row: IdempotencyRow): Promise<boolean> {
    const { numInsertedOrUpdatedRows } = await this.#sql.db
      .insertInto("idempotency")
      .values({
        caller: row.caller,
        key: row.key,
        request_hash: row.requestHash,
        status: BigInt(row.status),
        answer: row.answer,
        created_at_ms: instantColumn(row.createdAtMs),
      })
      .onConflict((conflict) => conflict.columns(["caller", "key"]).doNothing())
      .executeTakeFirst();
    return numInsertedOrUpdatedRows === 1n;
  }

  async prune(beforeMs: WallTimeMs, limit: number): Promise<void> {
    await this.#sql.db
      .deleteFrom("idempotency")
      .where((eb) =>
        eb(
          eb.refTuple("caller", "key"),
          "in",
          eb
            .selectFrom("idempotency")
            .select(["caller", "key"])
            .where("created_at_ms", "<", instantColumn(beforeMs))
            .orderBy("created_at_ms")
            .limit(limit)
            // Two nodes that prune at the same moment take different rows.
            .$if(this.#sql.kind === "postgres", (query) => query.forUpdate().skipLocked())
            .$asTuple("caller", "key"),
        ),
      )
      .execute();
  }
}

function idempotencyRow(row: Selectable<Tables["idempotency"]>): IdempotencyRow {
  return {
    caller: row.caller,
    key: row.key,
    requestHash: row.request_hash,
    status: Number(row.status),
    answer: row.answer,
    createdAtMs: wallTime(row.created_at_ms),
  };
}
