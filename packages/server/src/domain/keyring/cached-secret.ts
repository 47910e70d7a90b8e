import type { MonotonicMs } from "../../platform/clock.ts";

/**
 * Whether this node may read and seal.
 *
 *   empty --opened--> degraded --confirmed--> confirmed --grace ran out--> degraded
 *   any --revoked--> revoked
 *
 * Nothing leads back to `empty`: a keyring that was opened is kept, whatever is missing later (P1).
 */
export type CachedSecret =
  | { readonly kind: "empty" }
  | { readonly kind: "confirmed"; readonly until: MonotonicMs }
  | { readonly kind: "degraded" }
  | { readonly kind: "revoked" };

export type CachedSecretEvent =
  | { readonly kind: "opened" }
  /** A fresh sign that the mastership this node follows is the current one, good until then. */
  | { readonly kind: "confirmed"; readonly until: MonotonicMs }
  /** What was confirmed is known to have ended. */
  | { readonly kind: "unconfirmed" }
  | { readonly kind: "tick"; readonly now: MonotonicMs }
  | { readonly kind: "revoked" };

export function stepCachedSecret(state: CachedSecret, event: CachedSecretEvent): CachedSecret {
  if (event.kind === "revoked" || state.kind === "revoked") {
    return { kind: "revoked" };
  }
  switch (event.kind) {
    case "opened":
      return state.kind === "empty" ? { kind: "degraded" } : state;
    case "confirmed":
      return confirm(state, event.until);
    case "unconfirmed":
      return state.kind === "confirmed" ? { kind: "degraded" } : state;
    case "tick":
      return state.kind === "confirmed" && event.now >= state.until ? { kind: "degraded" } : state;
  }
}

/** A late confirmation never shortens an earlier one, and confirms nothing that is not held. */
function confirm(state: CachedSecret, until: MonotonicMs): CachedSecret {
  if (state.kind === "empty" || (state.kind === "confirmed" && state.until >= until)) {
    return state;
  }
  return { kind: "confirmed", until };
}
