import { isLeaseValid } from "../../packages/server/src/domain/mastership/claim-rule.ts";
import type { MastershipStore } from "../../packages/server/src/domain/mastership/mastership-store.ts";
import type {
  FencedStores,
  ReadStores,
  SsoDatabase,
} from "../../packages/server/src/domain/store/sso-database.ts";

/** Told, with virtual time, of everything in the database that may count as a confirmation. */
export interface LeaseObserver {
  nowMs(): number;
  leaseWasValid(sentAtMs: number): void;
  /** The role was claimed; on what, as the audit entry says it. */
  claimed(basis: string): void;
}

/** The database as a node uses it, with somebody looking over its shoulder. */
export function observedDatabase(database: SsoDatabase, observer: LeaseObserver): SsoDatabase {
  const inner = database.mastership;
  const mastership: MastershipStore<ReadStores, FencedStores> = {
    read: async () => {
      const sentAtMs = observer.nowMs();
      const read = await inner.read();
      if (isLeaseValid(read)) {
        observer.leaseWasValid(sentAtMs);
      }
      return read;
    },
    claim: async (decide) => {
      const sentAtMs = observer.nowMs();
      const decision = await inner.claim(decide);
      if (decision.kind === "claim") {
        observer.leaseWasValid(sentAtMs);
        observer.claimed(decision.audit.about["basis"] ?? "nothing");
      }
      return decision;
    },
    designate: (decide) => inner.designate(decide),
    renew: async (id, ttlMs) => {
      const sentAtMs = observer.nowMs();
      const isRenewed = await inner.renew(id, ttlMs);
      if (isRenewed) {
        observer.leaseWasValid(sentAtMs);
      }
      return isRenewed;
    },
    release: (id) => inner.release(id),
    history: (after, limit) => inner.history(after, limit),
  };
  return {
    kind: database.kind,
    mastership,
    read: (run) => database.read(run),
    write: (run) => database.write(run),
    fenced: (id, act, run) => database.fenced(id, act, run),
    durability: () => database.durability(),
    close: () => database.close(),
  };
}
