import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { NodeView } from "../../src/cluster/node-view.ts";
import { NOTHING_SEEN } from "../../src/domain/charter/seen.ts";
import { Trust } from "../../src/domain/charter/trust.ts";
import { KeyringHolder } from "../../src/domain/keyring/keyring-holder.ts";
import { hpkeSealing } from "../../src/domain/keyring/keyring-sealing.ts";
import { revokeNode } from "../../src/domain/membership/revoke-node.ts";
import { Roster } from "../../src/domain/node/roster.ts";
import { openNode } from "../../src/domain/system/open-node.ts";
import { coded } from "../support/coded.ts";
import { ClusterNode, type NodeState } from "../support/cluster-node.ts";
import { MemoryNetwork } from "../support/memory-network.ts";
import {
  CALLER,
  EFFECTS,
  makeSystem,
  RecordedEvents,
  type TestSystem,
} from "../support/test-system.ts";

/** A member that cannot read the database for a while, and is given the keyring meanwhile. */
describe("what a node knows of its system, after it was issued a keyring", () => {
  let system: TestSystem;
  let master: ClusterNode;
  let member: NodeState;
  let roster: Roster;
  let view: NodeView;
  let holder: KeyringHolder;

  beforeEach(async () => {
    system = await makeSystem();
    const { self } = system.directory;
    assert.ok(self !== undefined);
    const first = { self, address: "first.example:4871", seen: system.directory.seen };
    master = await ClusterNode.start(system.place, new MemoryNetwork(), first);
    await master.service.becomeMaster();
    await master.advertise();
    member = await master.admit("member", "second");
  });
  afterEach(async () => {
    await master.stop();
    system.place.discard();
  });

  async function openMember(): Promise<void> {
    const { database } = master;
    const events = new RecordedEvents();
    const trust = new Trust(member.self, events);
    roster = new Roster();
    const parts = { database, trust, events, roster, self: member.self };
    const papers = await openNode(parts, NOTHING_SEEN);
    holder = new KeyringHolder(EFFECTS.clock);
    const sealing = hpkeSealing(EFFECTS.random);
    view = new NodeView({ ...parts, holder, sealing, changed: () => undefined }, papers);
    await view.begin();
  }

  async function takeIssued(): Promise<void> {
    await master.service.refresh();
    assert.ok(await view.takeIssued(await master.service.issueKeyring(view.warrant)));
  }

  it("learns from the database who has joined before the charter that came with it", async () => {
    await openMember();
    const { self } = await master.admit("member", "third");
    await takeIssued();
    await view.reload();
    assert.equal(roster.find(self.nodeId)?.name, "third");
  });

  it("no longer knows a node that the charter revokes which came with it", async () => {
    const { self } = await master.admit("member", "third");
    await openMember();
    assert.equal(roster.find(self.nodeId)?.name, "third");
    await revokeNode(master.changing(), CALLER, self.nodeId);
    await takeIssued();
    assert.equal(roster.find(self.nodeId), undefined);
  });

  it("takes a refusal for a revocation only by a charter of the authority that says so", async () => {
    await openMember();
    await master.service.refresh();
    const { charter: before } = master.service.greeting();
    await revokeNode(master.changing(), CALLER, member.self.nodeId);
    await master.service.refresh();
    const { charter } = master.service.greeting();
    await assert.rejects(view.takeRefusal(`${charter} `), coded("statement-not-authentic"));
    await view.takeRefusal(before);
    assert.equal(holder.state(), "empty");
    await view.takeRefusal(charter);
    assert.equal(holder.state(), "revoked");
  });
});
