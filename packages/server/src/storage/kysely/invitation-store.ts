import type { NodeId } from "@chatelaine/crypto";
import type { InvitationRow, InvitationStore } from "../../domain/node/invitation-store.ts";
import type { WallTimeMs } from "../../platform/clock.ts";
import { instantColumn, wallTime } from "./row-values.ts";
import type { Sql } from "./sql.ts";

export class KyselyInvitationStore implements InvitationStore {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  async find(nodeId: NodeId): Promise<InvitationRow | undefined> {
    const row = await this.#sql.db
      .selectFrom("invitation")
      .select(["note", "expires_at_ms", "redeemed_at_ms"])
      .where("node_id", "=", nodeId)
      .executeTakeFirst();
    return (
      row && {
        nodeId,
        note: row.note,
        expiresAtMs: wallTime(row.expires_at_ms),
        redeemedAtMs: row.redeemed_at_ms === null ? undefined : wallTime(row.redeemed_at_ms),
      }
    );
  }

  async add(row: Omit<InvitationRow, "redeemedAtMs">): Promise<void> {
    await this.#sql.db
      .insertInto("invitation")
      .values({
        node_id: row.nodeId,
        note: row.note,
        expires_at_ms: instantColumn(row.expiresAtMs),
        redeemed_at_ms: null,
      })
      .execute();
  }

  async redeem(nodeId: NodeId, atMs: WallTimeMs): Promise<boolean> {
    const { numUpdatedRows } = await this.#sql.db
      .updateTable("invitation")
      .set({ redeemed_at_ms: instantColumn(atMs) })
      .where("node_id", "=", nodeId)
      .where("redeemed_at_ms", "is", null)
      .executeTakeFirst();
    return numUpdatedRows === 1n;
  }

  async prune(beforeMs: WallTimeMs, limit: number): Promise<void> {
    await this.#sql.db
      .deleteFrom("invitation")
      .where("node_id", "in", (all) =>
        all
          .selectFrom("invitation")
          .select("node_id")
          .where("expires_at_ms", "<", instantColumn(beforeMs))
          .orderBy("expires_at_ms")
          .limit(limit),
      )
      .execute();
  }
}
