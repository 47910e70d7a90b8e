import type { NodeId } from "@chatelaine/crypto";
import { NODES_MAX, type NodeRow, type NodeStore } from "../../domain/node/node-store.ts";
import type { Sql } from "./sql.ts";

/** Ids come back as they are in the rows: what a node is, its warrant says. */
export class KyselyNodeStore implements NodeStore {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  async find(nodeId: NodeId): Promise<NodeRow | undefined> {
    const row = await this.#sql.db
      .selectFrom("node")
      .select("warrant")
      .where("node_id", "=", nodeId)
      .executeTakeFirst();
    return row === undefined ? undefined : { nodeId, warrant: row.warrant };
  }

  async list(): Promise<readonly NodeRow[]> {
    const rows = await this.#sql.db
      .selectFrom("node")
      .select(["node_id", "warrant"])
      .orderBy("node_id")
      .limit(NODES_MAX)
      .execute();
    return rows.map((row) => ({ nodeId: row.node_id as NodeId, warrant: row.warrant }));
  }

  async put(row: NodeRow): Promise<void> {
    await this.#sql.db
      .insertInto("node")
      .values({ node_id: row.nodeId, warrant: row.warrant })
      .onConflict((conflict) => conflict.column("node_id").doUpdateSet({ warrant: row.warrant }))
      .execute();
  }

  async remove(nodeId: NodeId): Promise<void> {
    await this.#sql.db.deleteFrom("node").where("node_id", "=", nodeId).execute();
  }
}
