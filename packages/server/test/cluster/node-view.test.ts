import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { NodeView } from "../../src/cluster/node-view.ts";
import { NOTHING_SEEN } from "../../src/domain/charter/seen.ts";
import { Trust } from "../../src/domain/charter/trust.ts";
import { KeyringHolder } from "../../src/domain/keyring/keyring-holder.ts";
import { hpkeSealing, type KeyringSealing } from "../../src/domain/keyring/keyring-sealing.ts";
import { revokeNode } from "../../src/domain/membership/revoke-node.ts";
import { Roster } from "../../src/domain/node/roster.ts";
import type { SsoDatabase } from "../../src/domain/store/sso-database.ts";
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
  /** Awaited before what was read of the database, or opened, reaches the node. */
  let held: Promise<unknown>;
  /** Told when a keyring is about to be opened. */
  let opening: () => void;

  beforeEach(async () => {
    held = Promise.resolve();
    opening = () => undefined;
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
    const hpke = hpkeSealing(EFFECTS.random);
    const late = async <T>(work: Promise<T>): Promise<T> => {
      const arrival = held;
      const result = await work;
      await arrival;
      return result;
    };
    const sealing: KeyringSealing = {
      ...hpke,
      open: (...asked) => {
        const opened = late(hpke.open(...asked));
        opening();
        return opened;
      },
    };
    const deps = {
      ...parts,
      database: { read: ((run) => late(database.read(run))) satisfies SsoDatabase["read"] },
    };
    view = new NodeView({ ...deps, holder, sealing, changed: () => undefined }, papers);
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

  it("keeps the newer charter when an older one that came with a keyring is opened late", async () => {
    await openMember();
    await master.service.refresh();
    const older = await master.service.issueKeyring(view.warrant);
    const { promise, resolve } = Promise.withResolvers();
    held = promise;
    const begun = new Promise<void>((begin) => {
      opening = begin;
    });
    const late = view.takeIssued(older);
    await begun;
    held = Promise.resolve();
    await master.admit("member", "third");
    await takeIssued();
    const { serial } = view.charter;
    resolve(undefined);
    assert.equal(await late, false);
    assert.equal(view.charter.serial, serial);
  });

  it("keeps the newer charter when older papers come late from the database", async () => {
    await openMember();
    await master.admit("member", "third");
    const { promise, resolve } = Promise.withResolvers();
    held = promise;
    const late = view.reload();
    held = Promise.resolve();
    await master.database.read(async () => undefined);
    const { self } = await master.admit("member", "fourth");
    await view.reload();
    const { serial } = view.charter;
    resolve(undefined);
    await late;
    assert.equal(view.charter.serial, serial);
    assert.equal(roster.find(self.nodeId)?.name, "fourth");
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
