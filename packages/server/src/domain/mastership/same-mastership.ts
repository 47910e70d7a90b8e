import { equalBytes } from "@chatelaine/crypto";
import type { MastershipId } from "./mastership-store.ts";

/**
 * By epoch and claim id: a database that has lost its tail may give the same epoch twice, and only
 * the claim id tells the two masterships apart.
 */
export function isSameMastership(a: MastershipId, b: MastershipId): boolean {
  return a.epoch === b.epoch && equalBytes(a.claimId, b.claimId);
}
