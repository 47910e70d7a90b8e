import type { NodeStatus } from "@chatelaine/protocol";

/** What the node that gives the role up holds, and the other one has to. */
export interface RoleReadiness {
  readonly charterSerial: bigint;
  readonly keyringRevision: bigint;
}

/** Why a node cannot take the role at once, by what it says of itself; undefined if it can. */
export function notReadyBecause(
  { role, databaseReachable, cachedSecret, charterSerial, keyringRevision }: NodeStatus,
  standing: RoleReadiness,
): string | undefined {
  if (databaseReachable === false) {
    return "that node does not reach the SSO database";
  }
  if (role !== "candidate" || BigInt(charterSerial) < standing.charterSerial) {
    return "that node has not read the newest charter yet";
  }
  const holdsAll = BigInt(keyringRevision ?? "0") >= standing.keyringRevision;
  return cachedSecret === "confirmed" && holdsAll
    ? undefined
    : "that node does not hold every version of the master secret";
}
