import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { isCoded } from "../../src/base/coded-error.ts";
import { createApplication } from "../../src/domain/application/manage-applications.ts";
import { NOTHING_SEEN } from "../../src/domain/charter/seen.ts";
import { revokeNode } from "../../src/domain/membership/revoke-node.ts";
import { RowGuard } from "../../src/domain/stamp/row-guard.ts";
import { pause } from "../../src/platform/scheduler.ts";
import { CACHED_SECRET, ClusterNode, type NodeState } from "../support/cluster-node.ts";
import { coded } from "../support/coded.ts";
import { MemoryNetwork } from "../support/memory-network.ts";
import {
  CALLER,
  EFFECTS,
  makeSystem,
  startTestNode,
  type TestSystem,
} from "../support/test-system.ts";

const SOON_MS = 5000;
const LOOK_MS = 5;
const APPLICATION = "orders";

async function eventually(what: string, look: () => boolean): Promise<void> {
  const { clock, scheduler } = EFFECTS;
  const startedAt = clock.monotonic();
  while (!look()) {
    assert.ok(clock.monotonic() - startedAt < SOON_MS, `not in time: ${what}`);
    await pause(scheduler, LOOK_MS);
  }
}

/** Whether a seal is refused, and then with the one error that says so. */
async function sealsNothing(node: ClusterNode): Promise<boolean> {
  try {
    await node.seal(APPLICATION, "probe", "any");
    return false;
  } catch (error) {
    assert.ok(isCoded(error, "master-secret-server-unavailable"), String(error));
    return true;
  }
}

function sealsAndReads(node: ClusterNode): boolean {
  const { canRead, canSeal } = node.service.health();
  return canRead && canSeal;
}

describe("the cached secret of several nodes", () => {
  let system: TestSystem;
  let network: MemoryNetwork;
  let states: { first: NodeState; member: NodeState; candidate: NodeState };
  let master: ClusterNode;
  let member: ClusterNode;

  async function restartMaster(): Promise<void> {
    master = await ClusterNode.start(system.place, network, states.first);
    await eventually("a master secret server", () => master.service.health().isMaster);
  }

  before(async () => {
    system = await makeSystem();
    await furnish(system);
    network = new MemoryNetwork();
    const { self } = system.directory;
    assert.ok(self !== undefined);
    const first = { self, address: "first.example:4871", seen: system.directory.seen };
    master = await ClusterNode.start(system.place, network, first);
    await eventually("a master secret server", () => master.service.health().isMaster);
    await master.advertise();
    states = {
      first,
      member: await master.admit("member", "second"),
      candidate: await master.admit("candidate", "third"),
    };
    member = await ClusterNode.start(system.place, network, states.member);
  });

  after(async () => {
    await member.stop();
    await master.stop();
    system.place.discard();
  });

  it("gives a member the keyring, which reads and seals with it", async () => {
    await eventually("the member to be confirmed", () => sealsAndReads(member));
    await member.seal(APPLICATION, "one", "of the member");
    assert.equal(await master.read(APPLICATION, "one"), "of the member");
    const { nodeId } = member;
    const asked = network.calls.filter(({ from, act }) => from === nodeId && act === "keyring");
    assert.equal(asked.length, 1, "the keyring is asked for once");
  });

  it("gives a member neither the authority's key nor that of the CA", async () => {
    const row = await member.database.read((stores) => stores.sealedKeyrings.find(member.nodeId));
    assert.equal(row, undefined);
  });

  it("reads on when the master secret server is gone, and seals until the grace ends", async () => {
    await master.stop();
    const goneAt = EFFECTS.clock.monotonic();
    let sealed = 0;
    while (!(await sealsNothing(member))) {
      sealed += 1;
      assert.equal(await member.read(APPLICATION, "one"), "of the member");
      assert.ok(EFFECTS.clock.monotonic() - goneAt < 2 * CACHED_SECRET.graceMs);
      await pause(EFFECTS.scheduler, LOOK_MS);
    }
    assert.ok(sealed > 0, "it seals for a while");
    assert.equal(await member.read(APPLICATION, "one"), "of the member");
    assert.ok(member.events.codes.includes("master-secret-server.unreachable"));
    assert.ok(member.events.codes.includes("master-secret-server.lost"));
    assert.match(member.service.health().waitingFor ?? "", /first\.example:4871/);
  });

  it("keeps a member that starts meanwhile waiting, which says for what", async () => {
    await member.stop();
    member = await ClusterNode.start(system.place, network, states.member);
    await assert.rejects(member.read(APPLICATION, "one"), (error) => {
      assert.ok(isCoded(error, "master-secret-unavailable"));
      assert.match(error.message, /waits for the master secret from a master secret server/);
      return true;
    });
    assert.equal(member.holder.state(), "empty");
    await eventually("the member to say so", () =>
      member.events.codes.includes("master-secret-server.unreachable"),
    );
  });

  it("recovers by itself when the master secret server is back", async () => {
    await restartMaster();
    await eventually("the member to go on", () => sealsAndReads(member));
    await member.seal(APPLICATION, "two", "after the outage");
    assert.equal(await master.read(APPLICATION, "two"), "after the outage");
  });

  it("goes on sealing when only the network is cut, by its own look at the lease", async () => {
    network.cut(member.nodeId);
    const until = EFFECTS.clock.monotonic() + 2 * CACHED_SECRET.graceMs;
    while (EFFECTS.clock.monotonic() < until) {
      assert.equal(await sealsNothing(member), false);
      await pause(EFFECTS.scheduler, LOOK_MS);
    }
    network.mend(member.nodeId);
    await eventually("the member to reach it again", () =>
      member.events.codes.slice(-1).includes("master-secret-server.reached"),
    );
  });

  it("lets a candidate open its own keyring while nobody is there to ask", async () => {
    await master.stop();
    const third = await ClusterNode.start(system.place, network, states.candidate);
    assert.equal(await third.read(APPLICATION, "two"), "after the outage");
    await eventually("the candidate to take the role", () => third.service.health().isMaster);
    await eventually(
      "the member to follow it",
      () => member.service.follower.master === third.nodeId,
    );
    await third.stop();
    await restartMaster();
    await eventually("the member to follow", () => sealsAndReads(member));
  });

  it("gives a candidate that lost its sealed keyring another one", async () => {
    await master.service.loop.fenced("test", async (stores) => {
      const row = await stores.sealedKeyrings.find(states.candidate.self.nodeId);
      assert.ok(row !== undefined);
      await stores.sealedKeyrings.put({ ...row, sealed: row.sealed.fill(0, 12) });
    });
    const third = await ClusterNode.start(system.place, network, states.candidate);
    await eventually("the candidate to be confirmed", () => sealsAndReads(third));
    assert.ok(third.events.codes.includes("master-secret.not-opened"));
    await third.stop();
  });

  it("refuses a mastership that is older than one it has seen, and says so once", async () => {
    const { seen } = member.holder;
    const ahead = { ...states.member, seen: { ...seen, epoch: seen.epoch + 5n } };
    await member.stop();
    member = await ClusterNode.start(system.place, network, ahead);
    await eventually("the refusal", () => member.events.codes.includes("trust.mastership-refused"));
    await pause(EFFECTS.scheduler, 300);
    const told = member.events.codes.filter((code) => code === "trust.mastership-refused");
    assert.equal(told.length, 1);
    assert.equal(member.holder.state(), "empty");
    await member.stop();
    member = await ClusterNode.start(system.place, network, states.member);
    await eventually("the member to be confirmed", () => sealsAndReads(member));
  });

  it("stops reading, and keeps no byte of the secret, once the charter revokes it", async () => {
    const ring = member.holder.forReading();
    let release = (): void => undefined;
    const reading = member.service.work.run(async () => {
      const held = member.holder.forReading();
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      return held.numbers.map((number) => held.stateOf(number));
    });
    await revokeNode(master.changing(), CALLER, member.nodeId);
    await eventually("the member to be revoked", () => member.holder.state() === "revoked");
    await assert.rejects(member.read(APPLICATION, "one"), coded("master-secret-unavailable"));
    assert.ok(member.events.codes.includes("master-secret.erased"));
    release();
    assert.deepEqual(await reading, ["primary"], "what was under way is not torn");
    assert.throws(() => ring.exportVersions(), /after it was erased/);
    assert.match(member.service.health().waitingFor ?? "", /revokes this node/);
  });

  it("does not let a revoked node start again", async () => {
    const again = { ...states.member, seen: NOTHING_SEEN };
    await assert.rejects(ClusterNode.start(system.place, network, again), coded("node-revoked"));
  });
});

/** An application with one field, and nothing in it. */
async function furnish(system: TestSystem): Promise<void> {
  const node = await startTestNode(system);
  try {
    const guard = new RowGuard(node.events);
    await createApplication({ ...node, guard }, CALLER, {
      name: APPLICATION,
      type: "config-store",
      enabled: true,
      fields: [{ name: "value", masked: false }],
    });
  } finally {
    await node.stop();
  }
}
