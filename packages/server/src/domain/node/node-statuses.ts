import type { SystemStatus } from "@chatelaine/protocol";
import type { WallTimeMs } from "../../platform/clock.ts";

export type NodeInSystem = SystemStatus["nodes"][number];

/** What the nodes of the system say of themselves. */
export interface NodeStatuses {
  /** Every node of the roster, by name; one that does not answer soon is named with its problem. */
  all(): Promise<readonly NodeInSystem[]>;
}

/**
 * The system as its nodes tell it. Two that both say they are master secret server were asked while
 * the role changed hands: the higher epoch is the one that counts (P2).
 */
export function systemStatus(
  systemId: string,
  atMs: WallTimeMs,
  nodes: readonly NodeInSystem[],
): SystemStatus {
  const [master] = nodes
    .filter(({ status }) => status?.mastership === "active" && status.epoch !== undefined)
    .toSorted((one, other) => compareEpochs(other, one));
  const { epoch, masterSinceMs: sinceMs } = master?.status ?? {};
  return {
    systemId,
    atMs,
    ...(master !== undefined &&
      epoch !== undefined && {
        master: {
          nodeId: master.nodeId,
          nodeName: master.nodeName,
          epoch,
          ...(sinceMs !== undefined && { sinceMs }),
        },
      }),
    nodes,
  };
}

function compareEpochs(one: NodeInSystem, other: NodeInSystem): number {
  const difference = BigInt(one.status?.epoch ?? 0) - BigInt(other.status?.epoch ?? 0);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}
