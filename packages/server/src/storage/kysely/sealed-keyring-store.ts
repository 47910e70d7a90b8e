import type { NodeId } from "@chatelaine/crypto";
import type {
  SealedKeyringRow,
  SealedKeyringStore,
} from "../../domain/keyring/sealed-keyring-store.ts";
import type { Sql } from "./sql.ts";

export class KyselySealedKeyringStore implements SealedKeyringStore {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  async find(nodeId: NodeId): Promise<SealedKeyringRow | undefined> {
    const row = await this.#sql.db
      .selectFrom("sealed_keyring")
      .select(["revision", "sealed"])
      .where("node_id", "=", nodeId)
      .executeTakeFirst();
    return row === undefined ? undefined : { nodeId, ...row };
  }

  async put(row: SealedKeyringRow): Promise<void> {
    const columns = { revision: row.revision, sealed: row.sealed };
    await this.#sql.db
      .insertInto("sealed_keyring")
      .values({ node_id: row.nodeId, ...columns })
      .onConflict((conflict) => conflict.column("node_id").doUpdateSet(columns))
      .execute();
  }
}
