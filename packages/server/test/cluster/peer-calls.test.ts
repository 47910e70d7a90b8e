import assert from "node:assert/strict";
import { createServer, type Server } from "node:net";
import { after, afterEach, before, describe, it } from "node:test";
import { CodedError, isCoded } from "../../src/base/coded-error.ts";
import type { PeerServer } from "../../src/cluster/transport/peer-server.ts";
import { NodeNotRecognized } from "../../src/cluster/node-not-recognized.ts";
import { TlsPeers } from "../../src/cluster/transport/tls-peers.ts";
import type { PeerTarget } from "../../src/cluster/peers.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { systemScheduler } from "../../src/platform/scheduler.ts";
import { coded } from "../support/coded.ts";
import {
  ASKING,
  BEAT,
  listenAs,
  peersOf,
  PeerSystem,
  RecordingHandlers,
  STATUS,
  targetOf,
  type TestNode,
} from "../support/peer-system.ts";

const DEADLINE_MS = 5000;
const SHORT_MS = 200;

/** A failure to reach a node whose detail says why. */
function unreachableBecause(reason: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(isCoded(error, "node-unreachable"), String(error));
    assert.match(error.message, reason);
    return true;
  };
}

describe("calls between nodes", () => {
  const system = new PeerSystem();
  const cleanups: (() => Promise<void> | void)[] = [];
  let master: TestNode;
  let member: TestNode;

  before(async () => {
    master = await system.node("master");
    member = await system.node("member", { role: "member" });
  });
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) {
      await cleanup();
    }
  });

  async function listening(
    recording: RecordingHandlers,
    node = master,
    port = 0,
  ): Promise<{ server: PeerServer; target: PeerTarget }> {
    const { server, target } = await listenAs(system, node, recording, { port });
    cleanups.push(() => server.close());
    return { server, target };
  }

  function calling(identity: TestNode["identity"] | undefined = member.identity): TlsPeers {
    const peers = peersOf(system, identity);
    cleanups.push(() => {
      peers.close();
    });
    return peers;
  }

  it("carry every answer unchanged, with the warrant of who asks", async () => {
    const recording = new RecordingHandlers();
    const { target } = await listening(recording);
    const peers = calling();
    assert.deepEqual(await peers.call(target, "confirm", ASKING, DEADLINE_MS), BEAT);
    assert.deepEqual(await peers.call(target, "status", {}, DEADLINE_MS), STATUS);
    assert.deepEqual(await peers.call(target, "keyring", {}, DEADLINE_MS), {
      mastership: { epoch: BEAT.epoch, claimId: BEAT.claimId },
      charter: "charter\n",
      revision: 3n,
      sealed: Uint8Array.of(1, 2, 3),
    });
    assert.deepEqual(await peers.call(target, "certificate", {}, DEADLINE_MS), {
      chain: [Uint8Array.of(1)],
    });
    const expected = ["confirm member", "status member", "keyring member", "certificate member"];
    assert.deepEqual(recording.asked, expected);
  });

  it("share one connection when they follow each other", async () => {
    const sources = new Set<string>();
    const recording = new RecordingHandlers();
    const { target, server } = await listening(recording);
    const peers = calling();
    for (let index = 0; index < 5; index += 1) {
      await peers.call(target, "confirm", ASKING, DEADLINE_MS);
      sources.add(String(server.connections));
    }
    assert.deepEqual([...sources], ["1"]);
  });

  it("bring the failure of the other side, with its code and detail", async () => {
    const fails = (error: Error) => () => Promise.reject(error);
    const recording = new RecordingHandlers({
      confirm: fails(new CodedError("not-master-secret-server", { detail: "it is another" })),
      keyring: fails(new TypeError("what is meant for nobody")),
    });
    const { target } = await listening(recording);
    const peers = calling();
    await assert.rejects(peers.call(target, "confirm", ASKING, DEADLINE_MS), (error) => {
      assert.ok(isCoded(error, "not-master-secret-server"));
      assert.equal(error.detail, "it is another");
      return true;
    });
    await assert.rejects(peers.call(target, "keyring", {}, DEADLINE_MS), (error) => {
      assert.ok(isCoded(error, "internal"));
      assert.equal(error.detail, undefined);
      return true;
    });
  });

  it("end at their deadline when nothing is answered, whether or not there is a connection", async () => {
    const never = new RecordingHandlers({ confirm: () => new Promise(() => undefined) });
    const { target } = await listening(never);
    const frozen = await frozenListener();
    const peers = calling();
    for (const asked of [target, targetOf(master, frozen)]) {
      await assert.rejects(
        peers.call(asked, "confirm", ASKING, SHORT_MS),
        unreachableBecause(/did not answer in time/),
      );
    }
  });

  it("try the next address when one does not answer or refuses", async () => {
    const recording = new RecordingHandlers();
    const { server } = await listening(recording);
    const frozen = await frozenListener();
    const refusing = await freePort();
    const peers = calling();
    const target = targetOf(master, refusing, frozen, server.port);
    assert.deepEqual(await peers.call(target, "confirm", ASKING, 1500), BEAT);
  });

  it("say of each address why it was not reached", async () => {
    const refusing = await freePort();
    const peers = calling();
    await assert.rejects(
      peers.call(
        { ...targetOf(master, refusing), addresses: [`127.0.0.1:${refusing}`, "nonsense"] },
        "confirm",
        ASKING,
        DEADLINE_MS,
      ),
      unreachableBecause(/127\.0\.0\.1:\d+: it refuses connections; nonsense: it is not HOST:PORT/),
    );
    await assert.rejects(
      peers.call({ ...targetOf(master), addresses: [] }, "confirm", ASKING, DEADLINE_MS),
      unreachableBecause(/no address in its warrant/),
    );
  });

  it("reach nobody but the node that is meant", async () => {
    const recording = new RecordingHandlers();
    const other = await system.node("other");
    const { server } = await listening(recording, other);
    await assert.rejects(
      calling().call(targetOf(master, server.port), "confirm", ASKING, DEADLINE_MS),
      unreachableBecause(/its key is not the warranted one/),
    );
    assert.deepEqual(recording.asked, []);
  });

  it("send nothing to a node whose certificate does not hold", async () => {
    const recording = new RecordingHandlers();
    const foreign = await new PeerSystem().node("foreign");
    const expired = await system.node("expired", { nowMs: 0, lifetimeMs: 1000 });
    const cases = [
      [foreign, /not of this system's CA/],
      [expired, /has expired/],
    ] as const;
    for (const [node, reason] of cases) {
      const { target } = await listening(recording, node);
      await assert.rejects(
        calling().call(target, "confirm", ASKING, DEADLINE_MS),
        unreachableBecause(reason),
      );
    }
    assert.deepEqual(recording.asked, []);
  });

  it("are not made without a certificate of one's own", async () => {
    const { target } = await listening(new RecordingHandlers());
    const peers = peersOf(system, undefined);
    await assert.rejects(
      peers.call(target, "confirm", ASKING, DEADLINE_MS),
      unreachableBecause(/no certificate yet/),
    );
  });

  it("find the node again that was started anew on its address", async () => {
    const first = new RecordingHandlers();
    const { server, target } = await listenAs(system, master, first);
    const { port } = server;
    const peers = calling();
    await peers.call(target, "confirm", ASKING, DEADLINE_MS);
    await server.close();
    await assert.rejects(
      peers.call(target, "confirm", ASKING, DEADLINE_MS),
      coded("node-unreachable"),
    );
    const second = new RecordingHandlers();
    await listening(second, master, port);
    assert.deepEqual(await peers.call(target, "confirm", ASKING, DEADLINE_MS), BEAT);
  });

  it("show a new certificate on new connections, once it is there", async () => {
    const { target, server } = await listening(new RecordingHandlers());
    const expired = await system.identity(member.warrant, member.identity.keys, {
      nowMs: 0,
      lifetimeMs: 1000,
    });
    let identity = expired;
    const peers = new TlsPeers({
      roster: system.roster,
      identity: () => identity,
      clock: systemClock,
      scheduler: systemScheduler,
    });
    cleanups.push(() => {
      peers.close();
    });
    await assert.rejects(
      peers.call(target, "confirm", ASKING, DEADLINE_MS),
      (error) => error instanceof NodeNotRecognized && error.charter === "charter\n",
    );
    assert.deepEqual(await peers.call(target, "certificate", {}, DEADLINE_MS), {
      chain: [Uint8Array.of(1)],
    });
    identity = member.identity;
    peers.identityChanged();
    assert.deepEqual(await peers.call(target, "confirm", ASKING, DEADLINE_MS), BEAT);
    assert.equal(server.connections, 1);
  });

  it("reach a server with the certificate it has by now", async () => {
    const expired = await system.identity(master.warrant, master.identity.keys, {
      nowMs: 0,
      lifetimeMs: 1000,
    });
    let identity = expired;
    const recording = new RecordingHandlers();
    const { server, target } = await listenAs(system, master, recording, {
      identity: () => identity,
    });
    cleanups.push(() => server.close());
    const peers = calling();
    await assert.rejects(
      peers.call(target, "confirm", ASKING, DEADLINE_MS),
      unreachableBecause(/has expired/),
    );
    identity = master.identity;
    server.identityChanged();
    assert.deepEqual(await peers.call(target, "confirm", ASKING, DEADLINE_MS), BEAT);
  });

  it("refuse an address that is taken", async () => {
    const { server } = await listening(new RecordingHandlers());
    await assert.rejects(
      listenAs(system, master, new RecordingHandlers(), { port: server.port }),
      coded("address-in-use"),
    );
  });

  /** Accepts connections and says nothing, as a frozen process does. */
  async function frozenListener(): Promise<number> {
    const server = createServer();
    const port = await listen(server);
    cleanups.push(() => {
      server.close();
    });
    return port;
  }

  after(() => {
    system.caKey.erase();
  });
});

/** A port that nobody listens on. */
async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : 0);
    });
  });
}
