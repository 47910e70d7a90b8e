import { plusMs, type MonotonicMs } from "../../platform/clock.ts";
import type { ClaimBasis } from "./claim-rule.ts";
import { isSameMastership } from "./same-mastership.ts";
import type { FenceAndLease, MastershipId } from "./mastership-store.ts";
import { LEASE_TTL_MS_MAX, type MastershipTimings } from "./mastership-timings.ts";
import type { ProofOfDeath } from "./proof-of-death.ts";
import type { NodeId } from "@chatelaine/crypto";

/**
 * Who is the master secret server, as one node sees it.
 *
 *   standby --lease free, expired twice, or its holder proved dead--> claiming --claimed--> active
 *   claiming --refused | failed--> standby
 *   active --validity ran out--> suspended --renewed--> active
 *   active | suspended --fence moved--> standby
 *   active | suspended --asked to--> stepping-down --drained--> standby
 *
 * Late, repeated and out-of-order replies are ordinary input: a reply counts only for the
 * mastership it names, and validity only grows.
 */
export type Mastership =
  | { readonly kind: "standby"; readonly expired: ExpiredSighting | undefined }
  | { readonly kind: "claiming" }
  | { readonly kind: "active"; readonly id: MastershipId; readonly validUntil: MonotonicMs }
  | { readonly kind: "suspended"; readonly id: MastershipId }
  | { readonly kind: "stepping-down"; readonly id: MastershipId };

/** A lease seen to have run out; it counts when seen again, unchanged, after a while. */
export interface ExpiredSighting {
  readonly of: MastershipId;
  readonly expiresAtMs: number;
  readonly firstSeenAt: MonotonicMs;
}

export type MastershipEvent =
  | {
      readonly kind: "seen";
      readonly read: FenceAndLease;
      readonly at: MonotonicMs;
      /** That the holder of a mastership is dead, as far as this node knows by now. */
      readonly proof?: ProofOfDeath | undefined;
    }
  | { readonly kind: "claimed"; readonly id: MastershipId; readonly sentAt: MonotonicMs }
  | { readonly kind: "claim-ended-without" }
  | { readonly kind: "renewed"; readonly id: MastershipId; readonly sentAt: MonotonicMs }
  | { readonly kind: "fence-moved"; readonly id: MastershipId }
  | { readonly kind: "tick"; readonly now: MonotonicMs }
  | { readonly kind: "step-down-asked" }
  | { readonly kind: "drained" };

export type MastershipAction =
  | { readonly kind: "claim"; readonly seen: FenceAndLease; readonly basis: ClaimBasis }
  | { readonly kind: "end-fenced-writes"; readonly id: MastershipId }
  | { readonly kind: "release"; readonly id: MastershipId }
  | {
      readonly kind: "announce";
      readonly what: "acquired" | "suspended" | "resumed" | "lost" | "released";
      readonly id: MastershipId;
    };

export interface MastershipStep {
  readonly state: Mastership;
  readonly actions: readonly MastershipAction[];
}

/** What does not change while a process lives. */
export interface MastershipContext {
  readonly nodeId: NodeId;
  readonly timings: MastershipTimings;
}

export const STANDBY: Mastership = { kind: "standby", expired: undefined };

export function stepMastership(
  state: Mastership,
  event: MastershipEvent,
  context: MastershipContext,
): MastershipStep {
  switch (state.kind) {
    case "standby":
      return event.kind === "seen" ? seenInStandby(state, event, context) : stay(state);
    case "claiming":
      return stepClaiming(state, event, context);
    case "active":
    case "suspended":
      return stepHolding(state, event, context);
    case "stepping-down":
      return stepSteppingDown(state, event);
  }
}

function seenInStandby(
  state: Extract<Mastership, { kind: "standby" }>,
  event: Extract<MastershipEvent, { kind: "seen" }>,
  context: MastershipContext,
): MastershipStep {
  const { fence, lease, databaseNowMs } = event.read;
  if (lease.expiresAtMs === 0) {
    return claim(event.read, { kind: "released" });
  }
  // Only a process that holds the state directory's lock runs this, so an earlier one is dead.
  if (fence.nodeId === context.nodeId) {
    const { epoch, claimId } = fence;
    return claim(event.read, { kind: "own-earlier-process", of: { epoch, claimId } });
  }
  if (event.proof !== undefined && isSameMastership(event.proof.of, fence)) {
    return claim(event.read, event.proof);
  }
  const aheadMs = lease.expiresAtMs - databaseNowMs;
  if (aheadMs > 0 && aheadMs <= LEASE_TTL_MS_MAX) {
    return { state: STANDBY, actions: [] };
  }
  const first = state.expired;
  if (
    first === undefined ||
    !isSameMastership(first.of, lease) ||
    first.expiresAtMs !== lease.expiresAtMs
  ) {
    const expired = { of: lease, expiresAtMs: lease.expiresAtMs, firstSeenAt: event.at };
    return { state: { kind: "standby", expired }, actions: [] };
  }
  return event.at - first.firstSeenAt >= context.timings.expiryConfirmationMs
    ? claim(event.read, { kind: "expired" })
    : stay(state);
}

function claim(seen: FenceAndLease, basis: ClaimBasis): MastershipStep {
  return { state: { kind: "claiming" }, actions: [{ kind: "claim", seen, basis }] };
}

function stepClaiming(
  state: Extract<Mastership, { kind: "claiming" }>,
  event: MastershipEvent,
  context: MastershipContext,
): MastershipStep {
  if (event.kind === "claimed") {
    const validUntil = plusMs(event.sentAt, context.timings.ttlMs);
    return {
      state: { kind: "active", id: event.id, validUntil },
      actions: [{ kind: "announce", what: "acquired", id: event.id }],
    };
  }
  return event.kind === "claim-ended-without" ? { state: STANDBY, actions: [] } : stay(state);
}

function stepHolding(
  state: Extract<Mastership, { kind: "active" | "suspended" }>,
  event: MastershipEvent,
  context: MastershipContext,
): MastershipStep {
  const { id } = state;
  switch (event.kind) {
    case "renewed":
      return isSameMastership(event.id, id) ? renewed(state, event.sentAt, context) : stay(state);
    case "fence-moved":
      // Written to no more: whatever is under way meets the moved fence by itself (P2).
      return isSameMastership(event.id, id)
        ? {
            state: STANDBY,
            actions: [
              { kind: "end-fenced-writes", id },
              { kind: "announce", what: "lost", id },
            ],
          }
        : stay(state);
    case "tick":
      return state.kind === "active" && event.now >= state.validUntil
        ? {
            state: { kind: "suspended", id },
            actions: [{ kind: "announce", what: "suspended", id }],
          }
        : stay(state);
    case "step-down-asked":
      return {
        state: { kind: "stepping-down", id },
        actions: [{ kind: "end-fenced-writes", id }],
      };
    case "seen":
    case "claimed":
    case "claim-ended-without":
    case "drained":
      return stay(state);
  }
}

/** Validity counts from before the request was sent, and a late reply never shortens it. */
function renewed(
  state: Extract<Mastership, { kind: "active" | "suspended" }>,
  sentAt: MonotonicMs,
  context: MastershipContext,
): MastershipStep {
  const validUntil = plusMs(sentAt, context.timings.ttlMs);
  if (state.kind === "active") {
    return validUntil > state.validUntil
      ? { state: { ...state, validUntil }, actions: [] }
      : stay(state);
  }
  return {
    state: { kind: "active", id: state.id, validUntil },
    actions: [{ kind: "announce", what: "resumed", id: state.id }],
  };
}

function stepSteppingDown(
  state: Extract<Mastership, { kind: "stepping-down" }>,
  event: MastershipEvent,
): MastershipStep {
  const { id } = state;
  if (event.kind === "drained") {
    return {
      state: STANDBY,
      actions: [
        { kind: "release", id },
        { kind: "announce", what: "released", id },
      ],
    };
  }
  return event.kind === "fence-moved" && isSameMastership(event.id, id)
    ? { state: STANDBY, actions: [{ kind: "announce", what: "lost", id }] }
    : stay(state);
}

function stay(state: Mastership): MastershipStep {
  return { state, actions: [] };
}
