import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { NodeStatus, SystemStatus } from "@chatelaine/protocol";
import { checkSystem } from "./check-system.ts";

type Node = SystemStatus["nodes"][number];

function node(nodeName: string, health?: Partial<NodeStatus["health"]>): Node {
  const known = { nodeId: nodeName, nodeName, role: "candidate", addresses: [] } as const;
  const status = { health: { canRead: true, canSeal: true, isMaster: false, ...health } };
  return health === undefined
    ? { ...known, isThisNode: false, problem: "node-unreachable" }
    : { ...known, isThisNode: false, status: status as NodeStatus };
}

function check(hasMaster: boolean, ...nodes: readonly Node[]) {
  const master = { nodeId: "a", nodeName: "a", epoch: "1" };
  return checkSystem({ systemId: "s", atMs: 0, nodes, ...(hasMaster && { master }) });
}

describe("status --check", () => {
  it("finds nothing where every node reads and seals", () => {
    assert.equal(check(true, node("a", {}), node("b", {})), undefined);
  });

  it("names the nodes of the worst that is wrong, and ends with its own code", () => {
    const blind = node("blind", { canRead: false, canSeal: false });
    const mute = node("mute", { canSeal: false });
    const silent = node("silent");
    const cases: readonly [ReturnType<typeof check>, number, string][] = [
      [check(false, blind, mute, silent), 10, "cannot read: blind"],
      [check(false, node("a", {}), mute, silent), 11, "there is no master secret server"],
      [check(true, node("a", {}), mute, silent), 12, "cannot seal: mute"],
      [check(true, node("a", {}), silent, node("gone")), 13, "unreachable: silent, gone"],
    ];
    for (const [problem, exitCode, text] of cases) {
      assert.deepEqual(problem, { exitCode, text });
    }
  });
});
