import type { NodeId } from "@chatelaine/crypto";
import type {
  ClaimDecision,
  Designation,
  FenceAndLease,
  HistoryRow,
  MastershipId,
  MastershipStore,
} from "../../domain/mastership/mastership-store.ts";
import type { FencedStores, ReadStores } from "../../domain/store/sso-database.ts";
import { appendHistory, lockFence, lockLease, nowMs } from "./fence.ts";
import type { Sql, Transactions } from "./sql.ts";
import { storesOver } from "./stores.ts";

const RELEASED = 0n;

/** Claims go one at a time with fenced writes; renewals have a lane of their own. */
export class KyselyMastershipStore implements MastershipStore<ReadStores, FencedStores> {
  readonly #transactions: Transactions;

  constructor(transactions: Transactions) {
    this.#transactions = transactions;
  }

  read(): Promise<FenceAndLease> {
    return this.#transactions.snapshot(readFenceAndLease);
  }

  claim(
    decide: (locked: FenceAndLease, stores: ReadStores) => Promise<ClaimDecision<FencedStores>>,
  ): Promise<ClaimDecision<FencedStores>> {
    return this.#transactions.change("fenced", async (sql) => {
      const locked = await lockFenceAndLease(sql);
      const decision = await decide(locked, storesOver(sql));
      if (decision.kind === "claim") {
        await writeClaim(sql, decision);
      }
      return decision;
    });
  }

  designate(
    decide: (locked: FenceAndLease, stores: ReadStores) => Promise<Designation>,
  ): Promise<void> {
    return this.#transactions.change("fenced", async (sql) => {
      const locked = await lockFenceAndLease(sql);
      const { designatedNode = null, audit } = await decide(locked, storesOver(sql));
      await sql.db.updateTable("fence").set({ designated_node: designatedNode }).execute();
      await appendHistory(sql, locked.fence, "mastership.designate");
      await storesOver(sql).audit.record(audit);
    });
  }

  renew(mastership: MastershipId, ttlMs: number): Promise<boolean> {
    return this.#transactions.change("renewal", (sql) => extendLease(sql, mastership, ttlMs));
  }

  release(mastership: MastershipId): Promise<boolean> {
    return this.#transactions.change("renewal", async (sql) => {
      const { numUpdatedRows } = await sql.db
        .updateTable("lease")
        .set({ expires_at_ms: RELEASED })
        .where("epoch", "=", mastership.epoch)
        .where("claim_id", "=", mastership.claimId)
        .executeTakeFirst();
      return numUpdatedRows === 1n;
    });
  }

  history(after: bigint, limit: number): Promise<readonly HistoryRow[]> {
    return this.#transactions.snapshot(async (sql) => {
      const rows = await sql.db
        .selectFrom("fenced_write")
        .select(["serial", "epoch", "claim_id as claimId", "act"])
        .where("serial", ">", after)
        .orderBy("serial")
        .limit(limit)
        .execute();
      return rows.map((row) => ({ ...row }));
    });
  }
}

async function readFenceAndLease(sql: Sql): Promise<FenceAndLease> {
  const row = await sql.db
    .selectFrom("fence")
    .innerJoin("lease", "lease.singleton", "fence.singleton")
    .select([
      "fence.epoch",
      "fence.claim_id",
      "fence.node_id",
      "fence.designated_node",
      "lease.epoch as lease_epoch",
      "lease.claim_id as lease_claim_id",
      "lease.expires_at_ms",
      sql.nowMs.as("now_ms"),
    ])
    .executeTakeFirstOrThrow();
  return {
    fence: {
      epoch: row.epoch,
      claimId: row.claim_id,
      nodeId: nodeIdOf(row.node_id),
      designatedNode: nodeIdOf(row.designated_node),
    },
    lease: {
      epoch: row.lease_epoch,
      claimId: row.lease_claim_id,
      expiresAtMs: Number(row.expires_at_ms),
    },
    databaseNowMs: Number(row.now_ms),
  };
}

/**
 * Three statements, in this order: a joined read of fence and lease may see a lease from before
 * the wait for the fence, and a time selected together with a lock is from before that lock.
 */
async function lockFenceAndLease(sql: Sql): Promise<FenceAndLease> {
  const fence = await lockFence(sql);
  const lease = await lockLease(sql);
  return {
    fence: {
      epoch: fence.epoch,
      claimId: fence.claim_id,
      nodeId: nodeIdOf(fence.node_id),
      designatedNode: nodeIdOf(fence.designated_node),
    },
    lease: {
      epoch: lease.epoch,
      claimId: lease.claim_id,
      expiresAtMs: Number(lease.expires_at_ms),
    },
    databaseNowMs: Number(await nowMs(sql)),
  };
}

async function writeClaim(
  sql: Sql,
  decision: ClaimDecision<FencedStores> & { readonly kind: "claim" },
): Promise<void> {
  const { mastership, nodeId, ttlMs, audit, write } = decision;
  const columns = { epoch: mastership.epoch, claim_id: mastership.claimId };
  await sql.db
    .updateTable("fence")
    .set({ ...columns, node_id: nodeId })
    .execute();
  await sql.db
    .updateTable("lease")
    .set(({ eb }) => ({ ...columns, expires_at_ms: eb(sql.nowMs, "+", BigInt(ttlMs)) }))
    .execute();
  await appendHistory(sql, mastership, "claim");
  await storesOver(sql).audit.record(audit);
  await write?.(storesOver(sql));
}

async function extendLease(sql: Sql, mastership: MastershipId, ttlMs: number): Promise<boolean> {
  const { numUpdatedRows } = await sql.db
    .updateTable("lease")
    .set(({ eb }) => ({ expires_at_ms: eb(sql.nowMs, "+", BigInt(ttlMs)) }))
    .where("epoch", "=", mastership.epoch)
    .where("claim_id", "=", mastership.claimId)
    .where("expires_at_ms", "!=", RELEASED)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

function nodeIdOf(column: string | null): NodeId | undefined {
  return column === null ? undefined : (column as NodeId);
}
