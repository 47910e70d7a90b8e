import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { NodeStatus } from "@chatelaine/protocol";
import { notReadyBecause } from "./role-readiness.ts";

const READY: NodeStatus = {
  systemId: "sys",
  nodeId: "nod_bbbbbbbbbbbbbbbb",
  nodeName: "second",
  role: "candidate",
  software: "1.0.0",
  database: "postgres",
  health: { canRead: true, canSeal: true, isMaster: false },
  cachedSecret: "confirmed",
  mastership: "standby",
  charterSerial: "5",
  keyringRevision: "2",
  databaseReachable: true,
  startedAtMs: 1,
  trial: false,
};

describe("whether a node can take the role at once", () => {
  const cases: readonly [string, Partial<NodeStatus>, RegExp | undefined][] = [
    ["says so of a candidate that holds everything", {}, undefined],
    ["says so of one that has read a newer charter", { charterSerial: "6" }, undefined],
    ["refuses one without the database", { databaseReachable: false }, /SSO database/],
    ["refuses one that still believes to be a member", { role: "member" }, /newest charter/],
    ["refuses one with an older charter", { charterSerial: "4" }, /newest charter/],
    ["refuses one with an older keyring", { keyringRevision: "1" }, /every version/],
    ["refuses one that nobody confirms", { cachedSecret: "degraded" }, /every version/],
    ["refuses one without a keyring", { cachedSecret: "empty" }, /every version/],
  ];
  for (const [name, changes, expected] of cases) {
    it(name, () => {
      const problem = notReadyBecause(
        { ...READY, ...changes },
        { charterSerial: 5n, keyringRevision: 2n },
      );
      assert.ok(expected === undefined ? problem === undefined : expected.test(problem ?? ""));
    });
  }
});
