import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { createApplication } from "../../src/domain/application/manage-applications.ts";
import { designateNobody, designateNode } from "../../src/domain/handover/designate-node.ts";
import { moveRole, stepDown } from "../../src/domain/handover/give-role-up.ts";
import { showMaster } from "../../src/domain/handover/show-master.ts";
import { promoteNode } from "../../src/domain/membership/promote-node.ts";
import { RowGuard } from "../../src/domain/stamp/row-guard.ts";
import { pause } from "../../src/platform/scheduler.ts";
import { ClusterNode, type NodeState } from "../support/cluster-node.ts";
import { coded } from "../support/coded.ts";
import type { MakeOpenPlace, OpenPlace } from "../support/joining.ts";
import { MemoryNetwork } from "../support/memory-network.ts";
import {
  CALLER,
  EFFECTS,
  makeSystem,
  startTestNode,
  type TestSystem,
} from "../support/test-system.ts";

const SOON_MS = 8000;
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

/** Manual failover and planned moves: who may have the role, and how it changes hands. */
export function failoverSuite(database: string, makePlace: MakeOpenPlace): void {
  describe(`the role changes hands, on ${database}`, () => {
    let open: OpenPlace;
    let system: TestSystem;
    let network: MemoryNetwork;
    let first: ClusterNode;
    let firstState: NodeState;
    /** Those to be stopped at the end. */
    let running: Set<ClusterNode>;

    beforeEach(async () => {
      open = await makePlace();
      system = await makeSystem(open.place);
      await furnish(system);
      network = new MemoryNetwork();
      running = new Set();
      const { self } = system.directory;
      assert.ok(self !== undefined);
      firstState = { self, address: "first.example:4871", seen: system.directory.seen };
      first = await start(firstState);
      await eventually("a master secret server", () => isMaster(first));
      await first.advertise();
    });
    afterEach(async () => {
      for (const node of running) {
        await node.stop();
      }
      await open.discard();
    });

    async function start(state: NodeState): Promise<ClusterNode> {
      const node = await ClusterNode.start(open.place, network, state);
      running.add(node);
      return node;
    }

    async function started(role: "candidate" | "member", name: string): Promise<ClusterNode> {
      const node = await start(await first.admit(role, name));
      await eventually(`${name} to be confirmed`, () => node.service.health().canSeal);
      return node;
    }

    async function kill(node: ClusterNode): Promise<void> {
      running.delete(node);
      await node.kill();
    }

    function backup(): Uint8Array {
      assert.ok(system.backupFile.bytes);
      return system.backupFile.bytes;
    }

    it("lets a candidate take over from one that was killed, and nobody stops reading", async () => {
      const second = await started("candidate", "second");
      await second.seal(APPLICATION, "one", "kept");
      await kill(first);
      while (!isMaster(second)) {
        assert.equal(await second.read(APPLICATION, "one"), "kept");
        await pause(EFFECTS.scheduler, LOOK_MS);
      }
      await second.seal(APPLICATION, "two", "sealed under the new one");
    });

    it("is told to no candidate while another node is designated", async () => {
      const second = await started("candidate", "second");
      await designateNode(first.handingOver(), CALLER, "first");
      assert.equal((await showMaster(second.handingOver())).failover, "manual");
      await kill(first);
      await eventually("the alarm", () =>
        second.events.codes.includes("mastership.designated-lost"),
      );
      await eventually("the grace to end", () => !second.service.health().canSeal);
      assert.equal(isMaster(second), false);
      const waits = second.service.health().waitingFor ?? "";
      assert.match(waits, /only first may be it.*chatelaine master designate NODE/);
      await designateNobody(second.handingOver(), CALLER);
      await eventually("the other candidate to take over", () => isMaster(second));
      assert.equal(second.service.health().waitingFor, undefined);
    });

    it("goes to a designated member with the backup, which reads on all the time", async () => {
      const member = await started("member", "second");
      await member.seal(APPLICATION, "one", "of before");
      await designateNode(first.handingOver(), CALLER, "first");
      await kill(first);
      await assert.rejects(member.restore(backup()), coded("node-not-designated"));
      await eventually("the alarm", () =>
        member.events.codes.includes("mastership.designated-lost"),
      );
      const view = await designateNode(member.handingOver(), CALLER, "second");
      assert.deepEqual(view.designated, { nodeId: member.nodeId, nodeName: "second" });
      await eventually("it to wait", () =>
        member.events.codes.includes("mastership.waits-for-backup"),
      );
      assert.match(member.service.health().waitingFor ?? "", /designated.*secret restore FILE/);
      assert.equal(await member.read(APPLICATION, "one"), "of before");
      assert.deepEqual(await member.restore(backup()), [1]);
      assert.deepEqual(member.service.health(), { canRead: true, canSeal: true, isMaster: true });
      assert.equal(member.service.warrant.role, "candidate");
      await member.seal(APPLICATION, "two", "of after");
    });

    it("makes no candidate of a member that is not designated, nor by a charter that is over", async () => {
      const member = await started("member", "second");
      await kill(first);
      const charter = await member.database.read((stores) => stores.charter.find());
      const candidacy = (charterNote: string) => ({
        charterNote,
        write: () => Promise.reject(new TypeError("nothing is written")),
      });
      const become = (note: string) => member.service.becomeMaster(candidacy(note));
      await assert.rejects(become(charter?.note ?? ""), coded("not-master-secret-server"));
      await designateFrom(member);
      await assert.rejects(become("an earlier one"), coded("revision-conflict"));
      assert.equal(member.service.warrant.role, "member");
    });

    it("stays with a member that was restored, also when it starts again without the backup", async () => {
      const member = await started("member", "second");
      await kill(first);
      await designateFrom(member);
      await member.restore(backup());
      running.delete(member);
      await member.stop();
      const again = await start(member.state);
      await eventually("it to be master secret server again", () => isMaster(again));
      assert.equal(again.service.warrant.role, "candidate");
    });

    it("fails back to a machine that joined anew", async () => {
      const member = await started("member", "second");
      await kill(first);
      await designateFrom(member);
      await member.restore(backup());
      await member.advertise();
      const third = await start(await member.admit("member", "third"));
      await eventually("the new machine to be confirmed", () => third.service.health().canSeal);
      await promoteNode(member.changing(), CALLER, "third");
      await third.service.refresh();
      const moved = await moveRole(member.handingOver(), CALLER, "third");
      assert.deepEqual([moved.isTaken, moved.master.last?.nodeName], [true, "third"]);
      assert.equal(moved.master.designated?.nodeName, "third");
      await eventually("the new one to know", () => isMaster(third));
    });

    it("is not taken from a master secret server that works", async () => {
      const second = await started("candidate", "second");
      await assert.rejects(
        designateNode(second.handingOver(), CALLER, "second"),
        coded("master-secret-server-active"),
      );
      assert.equal((await showMaster(second.handingOver())).failover, "automatic");
      await assert.rejects(
        designateNode(first.handingOver(), CALLER, "nobody"),
        coded("node-not-found"),
      );
    });

    it("is given up by a master secret server that designates another one", async () => {
      const second = await started("candidate", "second");
      await designateNode(first.handingOver(), CALLER, "second");
      await eventually("the other one to have it", () => isMaster(second));
      assert.equal(isMaster(first), false);
    });

    it("is recorded in the history and the audit when somebody is designated", async () => {
      await designateNode(first.handingOver(), CALLER, "first");
      const history = await first.database.mastership.history(0n, 100);
      assert.equal(history.at(-1)?.act, "mastership.designate");
      const rows = await first.database.read(({ audit }) => audit.list({ after: 0n, limit: 100 }));
      const row = rows.find(({ action }) => action === "mastership.designate");
      assert.deepEqual(row?.about, { designated: first.nodeId });
      assert.equal(row.caller, CALLER.name);
    });

    it("moves to the candidate that is named, of several, and no seal or read fails", async () => {
      const nodes = [first, await started("candidate", "second"), await started("candidate", "c")];
      const [, second, third] = nodes;
      assert.ok(second !== undefined && third !== undefined);
      let isOver = false;
      const load = async (): Promise<void> => {
        for (let count = 0; !isOver; count += 1) {
          const node = nodes[count % nodes.length] ?? first;
          await node.seal(APPLICATION, `item-${String(count)}`, "sealed meanwhile");
          assert.equal(await node.read(APPLICATION, `item-${String(count)}`), "sealed meanwhile");
          await pause(EFFECTS.scheduler, LOOK_MS);
        }
      };
      const loaded = load();
      const moved = await moveRole(first.handingOver(), CALLER, "c");
      assert.deepEqual([moved.isTaken, moved.master.last?.nodeName], [true, "c"]);
      assert.equal(moved.master.failover, "automatic");
      await eventually("it to know", () => isMaster(third));
      isOver = true;
      await loaded;
      assert.deepEqual([isMaster(first), isMaster(second)], [false, false]);
    });

    it("is not given to a member, to oneself, or to a node that does not answer", async () => {
      await started("member", "second");
      const move = (name: string) => moveRole(first.handingOver(), CALLER, name);
      await assert.rejects(move("second"), coded("node-not-ready"));
      await assert.rejects(move("first"), coded("node-not-changeable"));
      await first.admit("candidate", "away");
      await assert.rejects(move("away"), coded("node-not-ready"));
      assert.equal(isMaster(first), true);
    });

    it("is left to another candidate by a step-down, and kept if there is none", async () => {
      await assert.rejects(stepDown(first.handingOver(), CALLER), coded("node-not-ready"));
      const second = await started("candidate", "second");
      const moved = await stepDown(first.handingOver(), CALLER);
      assert.deepEqual([moved.isTaken, moved.master.last?.nodeName], [true, "second"]);
      await eventually("it to know", () => isMaster(second));
    });

    it("is taken at once from a node that stops in order", async () => {
      const second = await started("candidate", "second");
      running.delete(first);
      const stoppedAt = EFFECTS.clock.monotonic();
      await first.stop();
      await eventually("the other one to have it", () => isMaster(second));
      const { expiresAtMs } = (await second.database.mastership.read()).lease;
      assert.ok(expiresAtMs > 0);
      assert.ok(EFFECTS.clock.monotonic() - stoppedAt < 500, "before any lease would have ended");
    });

    /** An administrator at the only node that is left, as soon as the lease of the dead one is over. */
    async function designateFrom(node: ClusterNode): Promise<void> {
      const { clock, scheduler } = EFFECTS;
      const startedAt = clock.monotonic();
      for (;;) {
        try {
          await designateNode(node.handingOver(), CALLER, node.nodeId);
          return;
        } catch (error) {
          assert.ok(coded("master-secret-server-active")(error), String(error));
          assert.ok(clock.monotonic() - startedAt < SOON_MS, "the lease ends");
          await pause(scheduler, LOOK_MS);
        }
      }
    }
  });
}

function isMaster({ service }: ClusterNode): boolean {
  return service.health().isMaster;
}

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
