import { isLeaseValid } from "./claim-rule.ts";
import { isSameMastership } from "./same-mastership.ts";
import type { FenceAndLease, MastershipId } from "./mastership-store.ts";

/**
 * Whether the node that asks may say who is designated, given fence and lease as read under their
 * locks: anybody while there is no valid mastership, and else only its holder. So nobody takes the
 * role from under a master secret server that works.
 */
export function mayDesignate(locked: FenceAndLease, own: MastershipId | undefined): boolean {
  return !isLeaseValid(locked) || (own !== undefined && isSameMastership(locked.fence, own));
}
