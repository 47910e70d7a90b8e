import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { NodeStatus } from "@chatelaine/protocol";
import type { WallTimeMs } from "../../platform/clock.ts";
import { systemStatus, type NodeInSystem } from "./node-statuses.ts";

const NOW = 1_700_000_000_000 as WallTimeMs;

function node(name: string, status?: Partial<NodeStatus>): NodeInSystem {
  const known = {
    nodeId: `nod_${name}`,
    nodeName: name,
    role: "candidate",
    addresses: [],
  } as const;
  const told = { mastership: "standby", ...status } as NodeStatus;
  return status === undefined
    ? { ...known, isThisNode: false, problem: "node-unreachable" }
    : { ...known, isThisNode: false, status: told };
}

describe("the status of a system", () => {
  it("names the master secret server, its epoch, and since when", () => {
    const active = { mastership: "active", epoch: "7", masterSinceMs: 5 } as const;
    const { master } = systemStatus("sys", NOW, [node("a", {}), node("b", active), node("c")]);
    assert.deepEqual(master, { nodeId: "nod_b", nodeName: "b", epoch: "7", sinceMs: 5 });
  });

  it("takes the higher of two epochs, by number and not by text", () => {
    const nodes = ["9", "10", "8"].map((epoch) => node(epoch, { mastership: "active", epoch }));
    assert.equal(systemStatus("sys", NOW, nodes).master?.epoch, "10");
  });

  it("names none if no node that answers is, nor one whose mastership is suspended", () => {
    const suspended = node("a", { mastership: "suspended", epoch: "7" });
    assert.equal(systemStatus("sys", NOW, [suspended, node("b")]).master, undefined);
  });
});
