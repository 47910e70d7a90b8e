import type { NodeId } from "@chatelaine/crypto";
import type { AuditEntry } from "../audit/audit-store.ts";

/**
 * A mastership is (epoch, claim id): a database that lost its tail may give the same epoch twice,
 * and only the claim id (16 random bytes) tells the two apart.
 */
export interface MastershipId {
  readonly epoch: bigint;
  readonly claimId: Uint8Array;
}

/** Who is master secret server; changed only when the role changes hands or is designated. */
export interface Fence extends MastershipId {
  readonly nodeId: NodeId | undefined;
  /** The only node that may claim, in manual mode. */
  readonly designatedNode: NodeId | undefined;
}

/** How long that mastership is valid without renewal, on the database's clock. */
export interface Lease extends MastershipId {
  /** Milliseconds since 1970 on the database's clock; 0: released. */
  readonly expiresAtMs: number;
}

export interface FenceAndLease {
  readonly fence: Fence;
  readonly lease: Lease;
  /** The database's clock at the moment of reading (`clock_timestamp()`, not the transaction's). */
  readonly databaseNowMs: number;
}

/** `Written`: the stores that a claim may write, beside fence and lease. */
export type ClaimDecision<Written = unknown> =
  | {
      readonly kind: "claim";
      readonly mastership: MastershipId;
      readonly nodeId: NodeId;
      readonly ttlMs: number;
      readonly audit: AuditEntry;
      /** What makes the claimant a candidate, in the same transaction as the claim. */
      readonly write?: (stores: Written) => Promise<void>;
    }
  | { readonly kind: "refuse"; readonly reason: ClaimRefusal };

export type ClaimRefusal =
  | "fence-moved"
  | "lease-valid"
  | "not-designated"
  | "not-a-candidate"
  | "keyring-incomplete"
  | "charter-moved";

/** Who is to be the only node that may claim; undefined: any candidate may. */
export interface Designation {
  readonly designatedNode: NodeId | undefined;
  readonly audit: AuditEntry;
}

/** One row of the history: which mastership committed what, in order. */
export interface HistoryRow extends MastershipId {
  readonly serial: bigint;
  readonly act: string;
}

/** `Stores` is what a claim may read under the locks, `Written` what it may write. */
export interface MastershipStore<Stores, Written = unknown> {
  /** Fence and lease as committed; takes no lock. */
  read(): Promise<FenceAndLease>;

  /**
   * Locks the fence row, then in the next statement the lease row, both `for update`; calls
   * `decide` with what it read under the locks; on "claim" writes the fence, the lease
   * (`clock_timestamp() + ttlMs`), a history row with act `claim`, the audit row, and what the
   * decision itself writes.
   * Resolves when that is durable.
   */
  claim(
    decide: (locked: FenceAndLease, stores: Stores) => Promise<ClaimDecision<Written>>,
  ): Promise<ClaimDecision<Written>>;

  /**
   * Locks as a claim does, and calls `decide` with what it read under the locks. Writes who is
   * designated, a history row with act `mastership.designate` under the mastership that the fence
   * names, and the audit row; nothing if `decide` throws.
   */
  designate(decide: (locked: FenceAndLease, stores: Stores) => Promise<Designation>): Promise<void>;

  /**
   * Extends the lease of exactly this mastership to `ttlMs` from the database's now, on a
   * connection of its own. False: another mastership holds it, or it was released.
   */
  renew(mastership: MastershipId, ttlMs: number): Promise<boolean>;

  /** Ends the lease of exactly this mastership (expiry 0). False if it is not this mastership's. */
  release(mastership: MastershipId): Promise<boolean>;

  /** History rows with `serial` above `after`, in order; at most `limit`. */
  history(after: bigint, limit: number): Promise<readonly HistoryRow[]>;
}
