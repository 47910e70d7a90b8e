import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { NodeKeys, newNodeId, newSystemId } from "@chatelaine/crypto";
import { ClusterNetwork, type NetworkedNode } from "../../src/app/cluster-network.ts";
import { CodedError } from "../../src/base/coded-error.ts";
import { makeLogger } from "../../src/platform/logger.ts";
import { ManualTime, settled } from "../support/manual-time.ts";
import { EFFECTS, RecordedEvents } from "../support/test-system.ts";

const ADVERTISED = "sso1.example:4871";
const { random } = EFFECTS;

describe("a master secret server whose warrant lacks its address", () => {
  it("writes it down as soon as it can, and says once what kept it from that", async () => {
    const time = new ManualTime();
    const events = new RecordedEvents();
    const keys = NodeKeys.generate(random);
    const network = new ClusterNetwork({
      ...{ clock: time, scheduler: time, random, events, isShownToCallers: false },
      self: {
        ...{ systemId: newSystemId(random), nodeId: newNodeId(random), keys },
        ...{ name: "one", authorityKey: new Uint8Array(32) },
      },
      config: { listen: { host: "127.0.0.1", port: 0 }, advertise: ADVERTISED },
      directory: {
        certificate: () => Promise.resolve(undefined),
        keepCertificate: () => Promise.resolve(),
      },
      logger: makeLogger({ write: () => undefined }, "error"),
    });
    const asked: (readonly string[])[] = [];
    const readvertise = (addresses: readonly string[]): Promise<undefined> => {
      asked.push(addresses);
      return asked.length < 4
        ? Promise.reject(new CodedError("database-behind"))
        : Promise.resolve(undefined);
    };
    const opened = network.open({
      service: { loop: { state: { kind: "active" } }, follower: { master: undefined } },
      acts: { readvertise },
    } as unknown as NetworkedNode);
    await time.run(0);
    await opened;
    await settled();
    await time.run(60_000);
    assert.deepEqual(
      asked,
      Array.from({ length: 4 }, () => [ADVERTISED]),
    );
    assert.deepEqual(events.codes, ["cluster.request-failed"]);
    await network.stop();
    assert.equal(time.waitingCount, 0);
  });
});
