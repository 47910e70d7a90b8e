import { LEASE_TTL_MS_MAX } from "./mastership-timings.ts";
import type { ClaimRefusal, FenceAndLease } from "./mastership-store.ts";
import type { ProofOfDeath } from "./proof-of-death.ts";
import { isSameMastership } from "./same-mastership.ts";
import type { NodeId } from "@chatelaine/crypto";

/** Why a node believes that it may claim. */
export type ClaimBasis =
  /** The last holder gave the lease up. */
  | { readonly kind: "released" }
  /** Seen expired twice. */
  | { readonly kind: "expired" }
  | ProofOfDeath;

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
  const { basis } = request;
  switch (basis.kind) {
    case "released":
      return false;
    case "own-earlier-process":
    case "restarted":
    case "refused":
      return isUnchanged && provesDeath(basis, locked, request);
    case "expired": {
      const aheadMs = lease.expiresAtMs - databaseNowMs;
      // Further ahead than a lease can be: the database's clock jumped back.
      return isUnchanged && (aheadMs <= 0 || aheadMs > LEASE_TTL_MS_MAX);
    }
  }
}

/** A proof is of one mastership; and only its own earlier process a node knows by its own lock. */
function provesDeath(proof: ProofOfDeath, { fence }: FenceAndLease, { nodeId }: ClaimRequest) {
  const isOfHolder = isSameMastership(proof.of, fence);
  return isOfHolder && (proof.kind !== "own-earlier-process" || fence.nodeId === nodeId);
}

/**
 * Whether fence and lease belong together and the lease had not run out when they were read; one
 * that is further ahead than a lease can be is not believed.
 */
export function isLeaseValid({ fence, lease, databaseNowMs }: FenceAndLease): boolean {
  const aheadMs = lease.expiresAtMs - databaseNowMs;
  return isSameMastership(fence, lease) && aheadMs > 0 && aheadMs <= LEASE_TTL_MS_MAX;
}
