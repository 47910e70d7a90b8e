import assert from "node:assert/strict";
import { createServer as createHttpsServer } from "node:https";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { after, afterEach, before, describe, it } from "node:test";
import type { Beat } from "../../src/cluster/peer-acts.ts";
import { BEAT_MISSING_MS, type PeerTarget, type WatchEnd } from "../../src/cluster/peers.ts";
import { refusesConnections } from "../../src/cluster/transport/connect.ts";
import type { PeerServer } from "../../src/cluster/transport/peer-server.ts";
import { identityOptions, PEER_TLS } from "../../src/cluster/transport/tls-identity.ts";
import { TlsPeers } from "../../src/cluster/transport/tls-peers.ts";
import { REFUSAL_MS_MAX } from "../../src/cluster/transport/watch.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { type Scheduler, systemScheduler } from "../../src/platform/scheduler.ts";
import { ManualTime, settled } from "../support/manual-time.ts";
import {
  ASKING,
  BEAT,
  listenAs,
  peersOf,
  PeerSystem,
  RecordingHandlers,
  targetOf,
  type TestNode,
} from "../support/peer-system.ts";

/** What one watch tells, to be waited for. */
class Watched {
  readonly beats: Beat[] = [];
  readonly ends: WatchEnd[] = [];
  readonly #ended = Promise.withResolvers<WatchEnd>();
  #heard = Promise.withResolvers<undefined>();

  beat(beat: Beat): void {
    this.beats.push(beat);
    this.#heard.resolve(undefined);
    this.#heard = Promise.withResolvers();
  }

  ended(reason: WatchEnd): void {
    this.ends.push(reason);
    this.#ended.resolve(reason);
  }

  /** Resolves with the next beat. */
  next(): Promise<undefined> {
    return this.#heard.promise;
  }

  end(): Promise<WatchEnd> {
    return this.#ended.promise;
  }
}

describe("a watch stream", () => {
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
  after(() => {
    system.caKey.erase();
  });

  async function listening(
    recording: RecordingHandlers,
  ): Promise<{ server: PeerServer; target: PeerTarget }> {
    const { server, target } = await listenAs(system, master, recording);
    cleanups.push(() => server.close());
    return { server, target };
  }

  function watching(target: PeerTarget, peers = peersOf(system, member.identity)): Watched {
    const watched = new Watched();
    peers.watch(target, watched);
    cleanups.push(() => {
      peers.close();
    });
    return watched;
  }

  it("brings each beat, unchanged", async () => {
    const recording = new RecordingHandlers();
    const { target } = await listening(recording);
    const watched = watching(target);
    await watched.next();
    const later = { ...BEAT, isMaster: false, charterSerial: 10n };
    recording.senders[0]?.(later);
    await watched.next();
    assert.deepEqual(watched.beats, [BEAT, later]);
    assert.deepEqual(recording.asked, ["watch member"]);
  });

  it("ends silent when no beat has come for that long", async () => {
    const recording = new RecordingHandlers();
    const { target } = await listening(recording);
    const time = new ManualTime();
    const watched = watching(target, manualPeers(time));
    await watched.next();
    await time.run(BEAT_MISSING_MS - 1);
    recording.senders[0]?.(BEAT);
    await watched.next();
    await time.run(BEAT_MISSING_MS - 1);
    assert.deepEqual(watched.ends, []);
    await time.run(1);
    assert.deepEqual(watched.ends, [{ kind: "silent" }]);
    assert.equal(time.waitingCount, 0);
  });

  it("ends silent when the process on the other side is frozen before it answers", async () => {
    const frozen = await openServer(createServer());
    const time = new ManualTime();
    const watched = watching(targetOf(master, frozen), manualPeers(time));
    await time.run(BEAT_MISSING_MS);
    assert.deepEqual(watched.ends, [{ kind: "silent" }]);
    await time.run(60_000);
    assert.equal(time.waitingCount, 0);
  });

  it("ends refused, with the literal address, when the process on the other side is gone", async () => {
    const { target, server } = await listening(new RecordingHandlers());
    const named = { ...target, addresses: [`localhost:${String(server.port)}`] };
    const watched = watching(named);
    const { port } = server;
    await watched.next();
    await server.close();
    assert.deepEqual(await watched.end(), {
      kind: "refused",
      address: `127.0.0.1:${String(port)}`,
    });
  });

  it("ends refused when the process takes one more connection while it ends", async () => {
    const { target, server } = await listening(new RecordingHandlers());
    const sockets: Socket[] = [];
    let isEnding = false;
    const process = createServer((socket) => {
      sockets.push(socket);
      if (isEnding) {
        process.close();
        socket.destroy();
      } else {
        const behind = connect(server.port, "127.0.0.1");
        sockets.push(behind);
        socket.pipe(behind).pipe(socket);
      }
    });
    await new Promise<void>((resolve) => process.listen(0, "127.0.0.1", resolve));
    const { port } = process.address() as AddressInfo;
    const watched = watching({ ...target, addresses: [`127.0.0.1:${String(port)}`] });
    await watched.next();
    isEnding = true;
    sockets.forEach((socket) => socket.destroy());
    assert.deepEqual(await watched.end(), {
      kind: "refused",
      address: `127.0.0.1:${String(port)}`,
    });
  });

  it("ends closed when the address still takes connections", async () => {
    const recording = new RecordingHandlers();
    const { target, server } = await listening(recording);
    const watched = watching(target);
    await watched.next();
    system.revoke(member);
    server.rosterChanged();
    assert.deepEqual(await watched.end(), { kind: "closed" });
    system.roster.replace([...system.roster.warrants, member.warrant]);
  });

  it("ends closed when no address answers, or none with beats", async () => {
    const closedPort = await openServer(createServer());
    for (const cleanup of cleanups.splice(-1)) {
      await cleanup();
    }
    const { target } = await listening(new RecordingHandlers());
    const unknown = peersOf(system, (await system.stranger("unknown")).identity);
    const nobody = peersOf(system, undefined);
    const watches = [
      watching(targetOf(master, closedPort)),
      watching({ ...target, addresses: [] }),
      watching(target, unknown),
      watching(target, nobody),
    ];
    assert.deepEqual(
      watches.map(({ ends }) => ends.length),
      [0, 0, 0, 0],
    );
    for (const watched of watches) {
      assert.deepEqual(await watched.end(), { kind: "closed" });
    }
  });

  it("ends closed when what comes is no beat", async () => {
    for (const line of ["nonsense\n", "{}\n", "x".repeat(5000)]) {
      const port = await beatsOf(line);
      assert.deepEqual(await watching(targetOf(master, port)).end(), { kind: "closed" });
    }
  });

  it("is told over once, and not after it was cancelled", async () => {
    const recording = new RecordingHandlers();
    const { target, server } = await listening(recording);
    const cancelled = new Watched();
    const peers = peersOf(system, member.identity);
    const cancel = peers.watch(target, cancelled);
    await cancelled.next();
    cancel();
    const early = new Watched();
    peers.watch(target, early)();
    const watched = watching(target, peers);
    await watched.next();
    await server.close();
    await watched.end();
    await settled();
    assert.deepEqual(cancelled.ends, []);
    assert.deepEqual(early.ends, []);
    assert.equal(watched.ends.length, 1);
    assert.equal(recording.cancelled, recording.senders.length);
  });

  it("tells nothing when it is cancelled while it asks whether the address refuses", async () => {
    const { target, server } = await listening(new RecordingHandlers());
    const asked = Promise.withResolvers<undefined>();
    const scheduler: Scheduler = {
      after: (delayMs, run) => {
        if (delayMs === REFUSAL_MS_MAX) {
          cancel();
          asked.resolve(undefined);
        }
        return systemScheduler.after(delayMs, run);
      },
    };
    const { roster } = system;
    const identity = (): TestNode["identity"] => member.identity;
    const peers = new TlsPeers({ roster, identity, clock: systemClock, scheduler });
    const watched = new Watched();
    const cancel = peers.watch(target, watched);
    await watched.next();
    const { port } = server;
    await server.close();
    await asked.promise;
    const again = { host: "127.0.0.1", port };
    assert.equal(await refusesConnections(systemScheduler, again, 1000), true);
    await settled();
    assert.deepEqual(watched.ends, []);
  });

  it("is one of two of a node: the oldest ends with the third", async () => {
    const recording = new RecordingHandlers();
    const { target } = await listening(recording);
    const [first, second, third] = [watching(target), watching(target), watching(target)];
    await Promise.all([first.next(), second.next(), third.next()]);
    const ended = await Promise.race([first.end(), second.end(), third.end()]);
    assert.deepEqual(ended, { kind: "closed" });
    assert.equal(recording.senders.length - recording.cancelled, 2);
  });

  it("goes on beside calls, and when the certificate is renewed", async () => {
    const recording = new RecordingHandlers();
    const { target } = await listening(recording);
    const peers = peersOf(system, member.identity);
    const watched = watching(target, peers);
    await watched.next();
    peers.identityChanged();
    assert.deepEqual(await peers.call(target, "confirm", ASKING, 5000), BEAT);
    recording.senders[0]?.(BEAT);
    await watched.next();
    assert.equal(watched.beats.length, 2);
  });

  it("asks the literal address alone whether it refuses", async () => {
    const open = await openServer(createServer());
    const isRefused = (port: number): Promise<boolean> =>
      refusesConnections(systemScheduler, { host: "127.0.0.1", port }, 1000);
    assert.equal(await isRefused(open), false);
    for (const cleanup of cleanups.splice(-1)) {
      await cleanup();
    }
    assert.equal(await isRefused(open), true);
  });

  function manualPeers(time: ManualTime): TlsPeers {
    return new TlsPeers({
      roster: system.roster,
      identity: () => member.identity,
      clock: time,
      scheduler: time,
    });
  }

  /** A node that sends this instead of beats. */
  function beatsOf(line: string): Promise<number> {
    const options = { ...PEER_TLS, ...identityOptions(master.identity) };
    return openServer(
      createHttpsServer(options, (_request, response) => {
        response.write(line);
      }),
    );
  }

  function openServer(server: Server): Promise<number> {
    const sockets = new Set<{ destroy(): unknown }>();
    server.on("connection", (socket) => sockets.add(socket));
    cleanups.push(() => {
      for (const socket of sockets) {
        socket.destroy();
      }
      server.close();
    });
    return new Promise((resolve) => {
      server.listen(0, "127.0.0.1", () => {
        const address = server.address();
        resolve(typeof address === "object" && address !== null ? address.port : 0);
      });
    });
  }
});
