import type { NodeId } from "@chatelaine/crypto";
import type { MonotonicMs } from "../../platform/clock.ts";
import { isLeaseValid } from "./claim-rule.ts";
import type { FenceAndLease } from "./mastership-store.ts";

/**
 * Whether the designated node seems to be lost: while another node is designated nobody here may
 * claim, so people have to be told.
 *
 *   quiet --no valid lease--> doubtful --still none after the patience--> lost
 *   any --valid lease | nobody or this node is designated--> quiet
 *
 * A restart of the designated node takes less than the patience and is told to nobody.
 */
export type DesignationWatch =
  | { readonly kind: "quiet" }
  | { readonly kind: "doubtful"; readonly node: NodeId; readonly since: MonotonicMs }
  | { readonly kind: "lost"; readonly node: NodeId };

export interface DesignationWatchStep {
  readonly state: DesignationWatch;
  /** Who was just found to be lost: told once. */
  readonly lost?: NodeId;
}

export const DESIGNATION_QUIET: DesignationWatch = { kind: "quiet" };

export function stepDesignationWatch(
  state: DesignationWatch,
  { read, at }: { readonly read: FenceAndLease; readonly at: MonotonicMs },
  context: { readonly nodeId: NodeId; readonly patienceMs: number },
): DesignationWatchStep {
  const node = read.fence.designatedNode;
  if (node === undefined || node === context.nodeId || isLeaseValid(read)) {
    return { state: DESIGNATION_QUIET };
  }
  if (state.kind === "quiet" || state.node !== node) {
    return { state: { kind: "doubtful", node, since: at } };
  }
  return state.kind === "doubtful" && at - state.since >= context.patienceMs
    ? { state: { kind: "lost", node }, lost: node }
    : { state };
}
