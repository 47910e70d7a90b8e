import { LEASE_TTL_MS_MAX } from "./mastership-timings.ts";
import type { ClaimRefusal, FenceAndLease, MastershipId } from "./mastership-store.ts";
import { equalBytes, type NodeId } from "@chatelaine/crypto";

/** Why a node believes that it may claim. */
export type ClaimBasis =
  | "released" // the last holder gave the lease up
  | "own-earlier-process" // proof of death: this node's own state-directory lock
  | "expired"; // seen expired twice

export interface ClaimRequest {
  readonly nodeId: NodeId;
  readonly basis: ClaimBasis;
  /** Fence and lease as they were when the node decided to claim. */
  readonly seen: FenceAndLease;
  readonly ttlMs: number;
}

/**
 * Why the claim may not go through, given fence and lease as read under their locks; undefined
 * if it may. A basis is void once the fence has moved or the lease was renewed since.
 */
export function claimProblem(
  locked: FenceAndLease,
  request: ClaimRequest,
): ClaimRefusal | undefined {
  if (!isSameMastership(locked.fence, request.seen.fence)) {
    return "fence-moved";
  }
  const { designatedNode } = locked.fence;
  if (designatedNode !== undefined && designatedNode !== request.nodeId) {
    return "not-designated";
  }
  return isLeaseFree(locked, request) ? undefined : "lease-valid";
}

function isLeaseFree(locked: FenceAndLease, request: ClaimRequest): boolean {
  const { lease, databaseNowMs } = locked;
  if (lease.expiresAtMs === 0) {
    return true;
  }
  const isUnchanged =
    isSameMastership(lease, request.seen.lease) &&
    lease.expiresAtMs === request.seen.lease.expiresAtMs;
  switch (request.basis) {
    case "released":
      return false;
    case "own-earlier-process":
      return isUnchanged && locked.fence.nodeId === request.nodeId;
    case "expired": {
      const aheadMs = lease.expiresAtMs - databaseNowMs;
      // Further ahead than a lease can be: the database's clock jumped back.
      return isUnchanged && (aheadMs <= 0 || aheadMs > LEASE_TTL_MS_MAX);
    }
  }
}

/**
 * Whether fence and lease belong together and the lease had not run out when they were read; one
 * that is further ahead than a lease can be is not believed.
 */
export function isLeaseValid({ fence, lease, databaseNowMs }: FenceAndLease): boolean {
  const aheadMs = lease.expiresAtMs - databaseNowMs;
  return isSameMastership(fence, lease) && aheadMs > 0 && aheadMs <= LEASE_TTL_MS_MAX;
}

export function isSameMastership(a: MastershipId, b: MastershipId): boolean {
  return a.epoch === b.epoch && equalBytes(a.claimId, b.claimId);
}
