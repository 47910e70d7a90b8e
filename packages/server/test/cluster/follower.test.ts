import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import {
  Keyring,
  SecretBytes,
  newSystemId,
  parseNodeId,
  type Charter,
  type NodeId,
  type Warrant,
} from "@chatelaine/crypto";
import { CodedError } from "../../src/base/coded-error.ts";
import { Follower } from "../../src/cluster/follower.ts";
import { NodeNotRecognized } from "../../src/cluster/node-not-recognized.ts";
import type { Beat, PeerAct } from "../../src/cluster/peer-acts.ts";
import type { WatchObserver } from "../../src/cluster/peers.ts";
import { CACHED_SECRET_TIMINGS } from "../../src/domain/keyring/cached-secret-timings.ts";
import { KeyringHolder } from "../../src/domain/keyring/keyring-holder.ts";
import type { FenceAndLease } from "../../src/domain/mastership/mastership-store.ts";
import { Roster } from "../../src/domain/node/roster.ts";
import { pause } from "../../src/platform/scheduler.ts";
import { ManualTime, settled } from "../support/manual-time.ts";
import { EFFECTS } from "../support/test-system.ts";

const SELF = parseNodeId("nod_aaaaaaaaaaaaaaaa");
const MASTER = parseNodeId("nod_bbbbbbbbbbbbbbbb");
const { graceMs } = CACHED_SECRET_TIMINGS;
const CHARTER = { serial: 5n, incarnation: 1n, keyringRevision: 2n } as Charter;
const MASTERSHIP = { epoch: 3n, claimId: new Uint8Array(16).fill(1) };
const OWN_CLAIM = new Uint8Array(16).fill(2);
const BEAT: Beat = {
  ...MASTERSHIP,
  process: new Uint8Array(16).fill(7),
  isMaster: true,
  incarnation: 1n,
  charterSerial: 5n,
  keyringRevision: 2n,
};

function warrantOf(nodeId: typeof SELF, role: Warrant["role"]): Warrant {
  const tlsKey = new TextEncoder().encode(nodeId);
  return { nodeId, role, tlsKey, addresses: [] as readonly string[] } as Warrant;
}

/** A master secret server and a database without anything behind them. */
class World {
  readonly time = new ManualTime();
  readonly asked: { readonly act: PeerAct; readonly atMs: number }[] = [];
  readonly looks: number[] = [];
  readonly told: string[] = [];
  readonly refusals: string[] = [];
  readonly watchers: WatchObserver[] = [];
  openStreams = 0;
  answer: () => Promise<Beat> = () => Promise.resolve(BEAT);
  isLeaseValid = false;
  isDatabaseAway = false;
  /** What happens while the papers are read. */
  meanwhile: () => void = () => undefined;
  reloads = 0;
  charter = CHARTER;
  readonly holder = new KeyringHolder(this.time);
  readonly follower: Follower;

  /** Whom the fence names. */
  fenceNode: NodeId | undefined = MASTER;

  constructor() {
    const { time, holder } = this;
    const roster = new Roster();
    roster.replace([warrantOf(SELF, "member"), warrantOf(MASTER, "candidate")]);
    this.follower = new Follower({
      ...{
        holder,
        roster,
        nodeId: SELF,
        process: new Uint8Array(16),
        clock: time,
        scheduler: time,
      },
      random: { bytes: (length) => new Uint8Array(new ArrayBuffer(length)) },
      timings: CACHED_SECRET_TIMINGS,
      ownMastership: () => undefined,
      database: {
        mastership: {
          read: () => this.#readFence(),
          ...{ claim: unasked, renew: unasked, release: unasked, history: unasked },
          designate: unasked,
        },
      },
      view: {
        charter: CHARTER,
        warrant: warrantOf(SELF, "member"),
        reload: () => {
          this.reloads += 1;
          this.meanwhile();
          if (this.isDatabaseAway) {
            return Promise.reject(new CodedError("database-unavailable"));
          }
          this.holder.apply({ kind: "charter-read", charter: this.charter });
          return Promise.resolve();
        },
        takeIssued: unasked,
        takeRefusal: (charter) => {
          this.refusals.push(charter);
          return Promise.resolve();
        },
      },
      peers: {
        call: async (_target, act) => {
          this.asked.push({ act, atMs: time.monotonic() });
          return await this.answer();
        },
        watch: (_target, observer) => {
          this.watchers.push(observer);
          this.openStreams += 1;
          return () => {
            this.openStreams -= 1;
          };
        },
      },
      observer: {
        reached: () => this.told.push("reached"),
        lost: () => this.told.push("lost"),
        failed: () => this.told.push("failed"),
      },
    });
  }

  /** The keyring of the charter is held; nothing is confirmed yet. */
  hold(): void {
    this.holder.apply({ kind: "charter-read", charter: CHARTER });
    const secret = SecretBytes.copyOf(new Uint8Array(32).fill(1));
    const systemId = newSystemId(EFFECTS.random);
    this.holder.opened(Keyring.of(systemId, [{ number: 1, state: "primary", secret }], 2n));
  }

  #readFence(): Promise<FenceAndLease> {
    this.looks.push(this.time.monotonic());
    const databaseNowMs = this.time.wallTime();
    const expiresAtMs = this.isLeaseValid ? databaseNowMs + 3000 : 0;
    return this.isDatabaseAway
      ? Promise.reject(new CodedError("database-unavailable"))
      : Promise.resolve({
          fence: { ...MASTERSHIP, nodeId: this.fenceNode, designatedNode: undefined },
          lease: { ...MASTERSHIP, expiresAtMs },
          databaseNowMs,
        });
  }
}

function unasked(): Promise<never> {
  return Promise.reject(new TypeError("not asked in this test"));
}

function unreachable(): Promise<never> {
  return Promise.reject(new CodedError("node-unreachable"));
}

describe("the follower", () => {
  let world: World;

  beforeEach(() => {
    world = new World();
    world.hold();
    world.follower.start();
  });

  afterEach(async () => {
    const stopped = world.follower.stop();
    await world.time.run(graceMs);
    await stopped;
    assert.equal(world.time.waitingCount, 0);
  });

  it("asks at a third of the grace, and leaves the database alone meanwhile", async () => {
    await world.time.run(1);
    assert.equal(world.holder.state(), "confirmed");
    const [first] = world.looks;
    await world.time.run(3 * graceMs);
    const times = world.asked.map(({ atMs }) => atMs);
    assert.ok(times.length >= 9 && times.length <= 11, String(times.length));
    assert.deepEqual(world.looks, [first], "only to find out who is master secret server");
    assert.deepEqual(world.told, ["reached"]);
  });

  it("counts a confirmation from before the request, however long the answer takes", async () => {
    world.answer = async () => {
      await pause(world.time, 1500);
      return BEAT;
    };
    const sentAtMs = world.time.monotonic();
    await world.time.run(1600);
    world.answer = unreachable;
    world.isDatabaseAway = true;
    await world.time.run(sentAtMs + graceMs - 1 - world.time.monotonic());
    assert.equal(world.holder.state(), "confirmed");
    await world.time.run(1);
    assert.equal(world.holder.state(), "degraded");
  });

  it("is confirmed by the lease while the master secret server does not answer it", async () => {
    await world.time.run(1);
    world.answer = unreachable;
    world.isLeaseValid = true;
    await world.time.run(3 * graceMs);
    assert.equal(world.holder.state(), "confirmed");
    assert.deepEqual(world.told, ["reached", "lost"], "said once");
    world.isLeaseValid = false;
    await world.time.run(graceMs + 5000);
    assert.equal(world.holder.state(), "degraded");
    world.answer = () => Promise.resolve(BEAT);
    await world.time.run(CACHED_SECRET_TIMINGS.retryMaxMs);
    assert.equal(world.holder.state(), "confirmed");
    assert.deepEqual(world.told, ["reached", "lost", "reached"]);
  });

  it("asks the candidates it knows when neither master nor database answer", async () => {
    world.isDatabaseAway = true;
    await world.time.run(1000);
    assert.equal(world.holder.state(), "confirmed");
    assert.equal(world.follower.master, MASTER);
  });

  it("refreshes soon for a beat with news, and not for one without", async () => {
    await world.time.run(1);
    const { length } = world.asked;
    world.watchers[0]?.beat(BEAT);
    await world.time.run(100);
    assert.equal(world.asked.length, length);
    world.watchers[0]?.beat({ ...BEAT, charterSerial: 6n });
    await world.time.run(100);
    assert.equal(world.asked.length, length + 1);
  });

  it("watches again when the stream ends, less often each time it ends at once", async () => {
    await world.time.run(1);
    assert.equal(world.watchers.length, 1);
    for (let ended = 1; ended <= 3; ended += 1) {
      world.watchers.at(-1)?.ended({ kind: "closed" });
      await world.time.run(CACHED_SECRET_TIMINGS.retryMaxMs);
      assert.equal(world.watchers.length, ended + 1);
    }
  });

  it("seals nothing while the database is behind, and looks until it has caught up", async () => {
    await world.time.run(1);
    world.charter = { ...CHARTER, serial: 4n };
    world.holder.apply({ kind: "charter-read", charter: world.charter });
    await world.time.run(2 * graceMs);
    assert.equal(world.holder.state(), "degraded");
    world.charter = CHARTER;
    await world.time.run(CACHED_SECRET_TIMINGS.retryMaxMs);
    assert.equal(world.holder.state(), "confirmed");
  });

  it("lets all who want a refresh share the next one", async () => {
    await world.time.run(1);
    const { length } = world.asked;
    const refreshed = [world.follower.refresh(), world.follower.refresh()];
    await world.time.run(1);
    await Promise.all(refreshed);
    assert.equal(world.asked.length, length + 1);
  });

  it("leaves no stream open when it stops while an answer is under way", async () => {
    world.answer = async () => {
      await pause(world.time, 1000);
      return BEAT;
    };
    await world.time.run(500);
    const stopped = world.follower.stop();
    await world.time.run(1000);
    await stopped;
    assert.equal(world.watchers.length, 1);
    assert.equal(world.openStreams, 0);
  });

  it("takes what it has itself overtaken for late, and not for a deceit", async () => {
    const refused: string[] = [];
    world.holder.followedBy({
      ...{ seen: world.holder.seen, context: CACHED_SECRET_TIMINGS },
      announced: ({ what }) => refused.push(what),
      saw: () => undefined,
      waitsFor: () => "nothing",
    });
    world.answer = unreachable;
    world.isLeaseValid = true;
    world.meanwhile = () => {
      const { serial: charterSerial, ...rest } = CHARTER;
      const own = { ...rest, charterSerial, epoch: MASTERSHIP.epoch + 1n, claimId: OWN_CLAIM };
      const sentAt = world.time.monotonic();
      world.holder.apply({ kind: "lease-read", standing: own, isValid: true, sentAt });
      world.meanwhile = () => undefined;
    };
    await world.time.run(1);
    assert.equal(world.reloads, 1);
    assert.deepEqual(refused, ["confirmed"], "by its own mastership");
  });

  it("looks at the charter by which it is refused, while it cannot read the database", async () => {
    await world.time.run(1);
    world.isDatabaseAway = true;
    world.answer = () => Promise.reject(new NodeNotRecognized("the charter"));
    await world.time.run(graceMs);
    assert.equal(world.refusals[0], "the charter");
  });

  it("does not follow whoever answers after it was revoked", async () => {
    world.answer = async () => {
      await pause(world.time, 1000);
      return BEAT;
    };
    await world.time.run(500);
    world.holder.apply({ kind: "revoked" });
    await world.time.run(1000);
    assert.equal(world.watchers.length, 0);
    assert.deepEqual(world.told, []);
  });

  it("asks nobody any more once it is revoked", async () => {
    await world.time.run(1);
    world.holder.apply({ kind: "revoked" });
    await settled();
    const { length } = world.asked;
    await world.time.run(3 * graceMs);
    assert.equal(world.asked.length, length);
  });
});

describe("the follower in a new system", () => {
  it("misses no master secret server before there was one, and then says so once", async () => {
    const world = new World();
    world.fenceNode = undefined;
    world.answer = unreachable;
    world.follower.start();
    await world.time.run(graceMs);
    assert.deepEqual(world.told, []);
    world.fenceNode = MASTER;
    await world.time.run(graceMs);
    assert.deepEqual(world.told, ["lost"]);
    const stopped = world.follower.stop();
    await world.time.run(graceMs);
    await stopped;
  });
});
