import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { Keyring, SecretBytes, type Charter, type Warrant } from "@chatelaine/crypto";
import { KeyringIssuer } from "../../src/cluster/keyring-issuer.ts";
import { KeyringHolder } from "../../src/domain/keyring/keyring-holder.ts";
import type { MastershipId } from "../../src/domain/mastership/mastership-store.ts";
import { ClusterNode, type NodeState } from "../support/cluster-node.ts";
import { coded } from "../support/coded.ts";
import { MemoryNetwork } from "../support/memory-network.ts";
import { EFFECTS, makeSystem, type TestSystem } from "../support/test-system.ts";

/** A keyring that is sealed slowly, while something changes. */
describe("a keyring is given to no other node", () => {
  let system: TestSystem;
  let master: ClusterNode;
  let member: NodeState;
  let charter: Charter;
  let mastership: MastershipId | undefined;
  let meanwhile: () => void;
  let issuer: KeyringIssuer;

  beforeEach(async () => {
    system = await makeSystem();
    const { self } = system.directory;
    assert.ok(self !== undefined);
    const first = { self, address: "first.example:4871", seen: system.directory.seen };
    master = await ClusterNode.start(system.place, new MemoryNetwork(), first);
    await master.service.becomeMaster();
    await master.advertise();
    member = await master.admit("member", "second");
    await master.service.refresh();
    charter = master.service.charter;
    mastership = { epoch: 1n, claimId: new Uint8Array(16) };
    meanwhile = () => undefined;
    issuer = new KeyringIssuer({
      ...{ self, database: master.database, holder: holderOf(master) },
      view: {
        get charter() {
          return charter;
        },
        charterNote: "note",
      },
      sealing: {
        open: () => Promise.reject(new TypeError("a member's is not opened")),
        seal: () => {
          meanwhile();
          return Promise.resolve(new Uint8Array(1));
        },
      },
      ownMastership: () => mastership,
    });
  });
  afterEach(async () => {
    await master.stop();
    system.place.discard();
  });

  function warrant(): Warrant {
    const { nodeId } = member.self;
    return { nodeId, role: "member", hpkeKey: member.self.keys.publicKeys.hpkeKey } as Warrant;
  }

  it("unless nothing has changed", async () => {
    assert.equal((await issuer.issue(warrant())).sealed.length, 1);
  });

  it("when the node is revoked before it is answered", async () => {
    meanwhile = () => {
      charter = { ...charter, revokedNodes: [member.self.nodeId] };
    };
    await assert.rejects(issuer.issue(warrant()), coded("node-revoked"));
  });

  it("when the role is over before it is answered, or is another mastership", async () => {
    meanwhile = () => {
      mastership = undefined;
    };
    await assert.rejects(issuer.issue(warrant()), coded("not-master-secret-server"));
    mastership = { epoch: 1n, claimId: new Uint8Array(16) };
    meanwhile = () => {
      mastership = { epoch: 1n, claimId: new Uint8Array(16).fill(1) };
    };
    await assert.rejects(issuer.issue(warrant()), coded("not-master-secret-server"));
  });
});

/** With the same versions, so that the charter is that of what it holds. */
function holderOf(node: ClusterNode): KeyringHolder {
  const holder = new KeyringHolder(EFFECTS.clock);
  const ring = node.holder.forReading();
  const versions = ring.exportVersions().map(({ secret, ...rest }) => ({
    ...rest,
    secret: secret.use((bytes) => SecretBytes.copyOf(bytes)),
  }));
  holder.opened(Keyring.of(ring.systemId, versions, ring.revision));
  return holder;
}
