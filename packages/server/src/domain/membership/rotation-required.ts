import type { Charter } from "@chatelaine/crypto";

/**
 * Whether somebody who is no longer trusted has known the current master secret. A revoked node
 * keeps what it knew; only a rotation makes that worthless.
 */
export function isRotationRequired({ revokedNodes }: Charter): boolean {
  return revokedNodes.length > 0;
}
