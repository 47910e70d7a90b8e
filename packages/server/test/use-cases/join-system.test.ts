import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import {
  caPublicKey,
  newCaKey,
  NodeKeys,
  signWarrant,
  type JoinToken,
  type Warrant,
} from "@chatelaine/crypto";
import { CodedError } from "../../src/base/coded-error.ts";
import { admitNode, type AdmitNodeDeps } from "../../src/domain/membership/admit-node.ts";
import type { AdmissionRequest } from "../../src/domain/node/admission.ts";
import {
  joinSystem,
  type JoinDeps,
  type JoiningStateDirectory,
} from "../../src/domain/membership/join-system.ts";
import type { Greeting, JoinTransport } from "../../src/domain/node/join-transport.ts";
import { listNodes } from "../../src/domain/membership/list-nodes.ts";
import { loadAuthority } from "../../src/domain/membership/load-authority.ts";
import type { NodeSelf } from "../../src/domain/node/node-identity.ts";
import { coded } from "../support/coded.ts";
import { FIRST_ADDRESS, inviteTo, joiningDeps } from "../support/joining.ts";
import {
  EFFECTS,
  makeSystem,
  MemoryStateDirectory,
  startTestNode,
  type TestNode,
  type TestSystem,
} from "../support/test-system.ts";

const ADDRESSES = ["second.example:4871"];

/** A state directory in memory that keeps the keys until it is abandoned. */
class JoiningMemory extends MemoryStateDirectory implements JoiningStateDirectory {
  keys: NodeKeys | undefined;
  chain: readonly Uint8Array[] | undefined;

  earlierKeys(): Promise<NodeKeys | undefined> {
    return Promise.resolve(this.keys);
  }

  override prepare(self: NodeSelf): Promise<void> {
    this.keys = self.keys;
    return super.prepare(self);
  }

  override abandon(): Promise<void> {
    this.keys = undefined;
    return super.abandon();
  }

  keepCertificate(chain: readonly Uint8Array[]): Promise<void> {
    this.chain = chain;
    return Promise.resolve();
  }
}

/** A network whose listeners do as a test says; it notes what was sent where. */
class MemoryNetwork implements JoinTransport {
  readonly sent: string[] = [];
  caKey: Uint8Array = new Uint8Array();
  serverTlsKey: Uint8Array = new Uint8Array();
  greeting: () => Promise<Greeting> = () => Promise.reject(new TypeError("no greeting"));
  admit: (request: AdmissionRequest) => ReturnType<typeof admitNode> = () =>
    Promise.reject(new TypeError("no admission"));
  readonly down = new Set<string>();

  async presentedCa(address: string) {
    if (this.down.has(address)) {
      throw new CodedError("node-unreachable");
    }
    return { certificate: new Uint8Array(1), publicKey: this.caKey };
  }

  async connect(address: string) {
    return {
      serverTlsKey: this.serverTlsKey,
      greeting: () => {
        this.sent.push(`greeting ${address}`);
        return this.greeting();
      },
      admit: (request: AdmissionRequest) => {
        this.sent.push(`admit ${address}`);
        return this.admit(request);
      },
      close: () => {
        this.sent.push(`close ${address}`);
      },
    };
  }
}

describe("a machine that joins", () => {
  let system: TestSystem;
  let node: TestNode;
  let deps: AdmitNodeDeps;
  let token: JoinToken;
  let network: MemoryNetwork;
  let directory: JoiningMemory;

  beforeEach(async () => {
    system = await makeSystem();
    node = await startTestNode(system);
    deps = joiningDeps(node);
    token = await inviteTo(deps, "candidate");
    network = new MemoryNetwork();
    using loaded = await loadAuthority(deps);
    network.caKey = loaded.charter.caKey;
    network.serverTlsKey = node.self.keys.publicKeys.tlsKey;
    network.greeting = () => greetingNow();
    network.admit = (request) => admitNode(deps, request, "192.0.2.9");
    directory = new JoiningMemory();
  });
  afterEach(async () => {
    await node.stop();
    system.place.discard();
  });

  async function greetingNow(): Promise<Greeting> {
    return await node.database.read(async (stores) => ({
      charter: (await stores.charter.find())?.note ?? "",
      warrant: (await stores.nodes.find(node.self.nodeId))?.warrant ?? "",
    }));
  }

  function join(changed: Partial<JoinDeps> = {}, other: Partial<JoinToken> = {}) {
    return joinSystem(
      {
        transport: network,
        stateDirectory: directory,
        database: node.database,
        random: EFFECTS.random,
        ...changed,
      },
      { token: { ...token, ...other }, name: "second", addresses: ADDRESSES },
    );
  }

  async function count(): Promise<number> {
    return (await listNodes(deps)).items.length;
  }

  it("becomes the node of its token, and keeps what it needs to start", async () => {
    const { self, warrant, charter } = await join();
    assert.equal(self.nodeId, token.nodeId);
    assert.deepEqual(warrant.addresses, ADDRESSES);
    assert.equal(directory.identity?.nodeId, token.nodeId);
    assert.equal(directory.seen.charterSerial, charter.serial);
    assert.equal(directory.chain?.length, 2);
    assert.deepEqual(network.sent, ["greeting", "admit", "close"].map(at));
  });

  it("sends its secret to nobody who shows another certificate authority", async () => {
    network.caKey = caPublicKey(newCaKey(EFFECTS.random));
    await assert.rejects(join(), coded("join-server-refused"));
    assert.deepEqual(network.sent, []);
    assert.equal(directory.isAbandoned, true);
  });

  it("sends its secret to nobody who holds another key than the warrant says", async () => {
    network.serverTlsKey = NodeKeys.generate(EFFECTS.random).publicKeys.tlsKey;
    await assert.rejects(join(), coded("join-server-refused"));
    assert.deepEqual(network.sent, ["greeting", "close"].map(at));
  });

  it("sends its secret to no member, whatever else is right", async () => {
    using loaded = await loadAuthority(deps);
    const { warrants } = await node.database.read(async (stores) => ({
      warrants: await node.trust.liveWarrants(stores, loaded.charter),
    }));
    const member: Warrant = { ...(warrants[0] as Warrant), role: "member" };
    const note = signWarrant(loaded.authority, node.self.systemId, member);
    network.greeting = async () => ({ ...(await greetingNow()), warrant: note });
    await assert.rejects(join(), coded("join-server-refused"));
    assert.equal(network.sent.includes(at("admit")), false);
  });

  it("sends its secret to nobody whose notes another authority has signed", async () => {
    const other = await makeSystem();
    const stranger = await startTestNode(other);
    const theirs = await stranger.database.read(async (stores) => ({
      charter: (await stores.charter.find())?.note ?? "",
      warrant: (await stores.nodes.find(stranger.self.nodeId))?.warrant ?? "",
    }));
    await stranger.stop();
    other.place.discard();
    for (const notes of [theirs, { ...(await greetingNow()), charter: theirs.charter }]) {
      network.greeting = () => Promise.resolve(notes);
      await assert.rejects(join(), coded("join-server-refused"));
    }
    assert.equal(network.sent.includes(at("admit")), false);
  });

  it("asks the next candidate when one is down or is not the master secret server", async () => {
    const addresses = ["down.example:1", "standby.example:1", FIRST_ADDRESS];
    network.down.add("down.example:1");
    const { admit } = network;
    network.admit = async (request) => {
      if (network.sent.at(-1) === "admit standby.example:1") {
        throw new CodedError("not-master-secret-server");
      }
      return await admit(request);
    };
    await join({}, { addresses });
    assert.equal(await count(), 2);
  });

  it("says what the most telling of several candidates said", async () => {
    network.down.add("down.example:1");
    network.admit = () => Promise.reject(new CodedError("not-master-secret-server"));
    const addresses = ["down.example:1", FIRST_ADDRESS];
    await assert.rejects(join({}, { addresses }), coded("not-master-secret-server"));
    network.down.add(FIRST_ADDRESS);
    await assert.rejects(join({}, { addresses }), coded("node-unreachable"));
    assert.equal(directory.isAbandoned, true);
  });

  it("asks again when the answer was lost, and is one node", async () => {
    const { admit } = network;
    let lost = 0;
    network.admit = async (request) => {
      const admission = await admit(request);
      lost += 1;
      if (lost === 1) {
        throw new CodedError("outcome-unknown");
      }
      return admission;
    };
    await join();
    assert.equal(await count(), 2);
  });

  it("can be told to join again when no answer came at all", async () => {
    const { admit } = network;
    network.admit = async (request) => {
      await admit(request);
      throw new CodedError("outcome-unknown");
    };
    await assert.rejects(join(), coded("outcome-unknown"));
    assert.equal(directory.isAbandoned, false);
    network.down.add(FIRST_ADDRESS);
    await assert.rejects(join(), coded("node-unreachable"));
    assert.equal(directory.isAbandoned, false, "the keys may have been admitted");
    network.down.clear();
    network.admit = admit;
    const { self } = await join();
    assert.equal(self.nodeId, token.nodeId);
    assert.equal(await count(), 2);
  });

  it("leaves nothing when it is refused", async () => {
    network.admit = () => Promise.reject(new CodedError("invitation-expired"));
    await assert.rejects(join(), coded("invitation-expired"));
    assert.equal(directory.isAbandoned, true);
    assert.equal(directory.identity, undefined);
  });

  it("uses no token with the database of another system", async () => {
    const other = await makeSystem();
    const stranger = await startTestNode(other);
    await assert.rejects(join({ database: stranger.database }), coded("system-mismatch"));
    await stranger.stop();
    other.place.discard();
    assert.deepEqual(network.sent, []);
    assert.equal(directory.self, undefined);
  });

  it("takes no warrant of another node for its own", async () => {
    const { admit } = network;
    network.admit = async (request) => ({
      ...(await admit(request)),
      warrant: (await greetingNow()).warrant,
    });
    await assert.rejects(join(), coded("join-server-refused"));
    assert.equal(directory.identity, undefined);
  });
});

function at(what: string): string {
  return `${what} ${FIRST_ADDRESS}`;
}
