import type { Charter, NodeId, RandomSource, Warrant } from "@chatelaine/crypto";
import type { EventCode, Health } from "@chatelaine/protocol";
import { CodedError, isCoded } from "../base/coded-error.ts";
import type { Auditor } from "../domain/audit/auditor.ts";
import type { Seen, SeenStore } from "../domain/charter/seen.ts";
import type { Trust } from "../domain/charter/trust.ts";
import type { EventSink } from "../domain/event/event-sink.ts";
import type { CachedSecretTimings } from "../domain/keyring/cached-secret-timings.ts";
import type { CachedSecretAnnouncement } from "../domain/keyring/cached-secret.ts";
import type { KeyringHolder } from "../domain/keyring/keyring-holder.ts";
import type { KeyringSealing } from "../domain/keyring/keyring-sealing.ts";
import { KeyringWork } from "../domain/keyring/keyring-work.ts";
import { missingVersions } from "../domain/backup/backup.ts";
import { decideClaim } from "../domain/mastership/decide-claim.ts";
import type { Mastership, MastershipAction } from "../domain/mastership/mastership.ts";
import type { MastershipTimings } from "../domain/mastership/mastership-timings.ts";
import type { Greeting } from "../domain/node/join-transport.ts";
import type { NodeSelf } from "../domain/node/node-identity.ts";
import type { Roster } from "../domain/node/roster.ts";
import type { SsoDatabase } from "../domain/store/sso-database.ts";
import { openNode, type NodePapers } from "../domain/system/open-node.ts";
import { plusMs, type Clock, type MonotonicMs } from "../platform/clock.ts";
import type { Cancel, Scheduler } from "../platform/scheduler.ts";
import { Beats } from "./beats.ts";
import { Follower } from "./follower.ts";
import { KeyringIssuer } from "./keyring-issuer.ts";
import { MastershipLoop, type MastershipObserver } from "./mastership-loop.ts";
import { NodeView } from "./node-view.ts";
import type { Beat, IssuedKeyring } from "./peer-acts.ts";
import type { Peers } from "./peers.ts";
import { SeenKeeper } from "./seen-keeper.ts";
import { waitingFor } from "./waiting-for.ts";

export interface SsoServiceDeps {
  readonly database: SsoDatabase;
  readonly self: NodeSelf;
  readonly trust: Trust;
  readonly holder: KeyringHolder;
  readonly seen: SeenStore;
  /** Filled by the service; also what the listener for nodes knows its callers by. */
  readonly roster: Roster;
  /** `NO_PEERS` for a node that runs alone. */
  readonly peers: Peers;
  readonly sealing: KeyringSealing;
  /** Told when the roster was read anew: connections of nodes that are not in it end. */
  readonly rosterChanged?: () => void;
  readonly becameMaster?: () => void;
  readonly effects: ServiceEffects;
}

export interface ServiceEffects {
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly random: RandomSource;
  readonly events: EventSink;
  readonly auditor: Auditor;
  readonly timings: MastershipTimings;
  readonly cachedSecret: CachedSecretTimings;
}

const ROLE_EVENTS = {
  acquired: "mastership.acquired",
  suspended: "mastership.suspended",
  resumed: "mastership.resumed",
  lost: "mastership.lost",
  released: "mastership.released",
} as const satisfies Record<RoleAnnouncement["what"], EventCode>;

const SECRET_EVENTS = {
  confirmed: "master-secret-server.found",
  degraded: "master-secret-server.lost",
  revoked: "master-secret.erased",
  "caught-up": "trust.database-caught-up",
  behind: "trust.database-behind",
  "mastership-refused": "trust.mastership-refused",
  "keyring-refused": "trust.keyring-refused",
} as const satisfies Record<CachedSecretAnnouncement["what"], EventCode>;

type RoleAnnouncement = Extract<MastershipAction, { kind: "announce" }>;

/** The claim id of a node that has heard of no mastership yet. */
const NO_CLAIM_ID = new Uint8Array(16);

/** One running node: its keyring, its part in the mastership, and what it can do right now. */
export class SsoService {
  readonly loop: MastershipLoop;
  readonly follower: Follower;
  /** Through which everything is done that reads or seals: see `KeyringWork`. */
  readonly work: KeyringWork;
  readonly #deps: SsoServiceDeps;
  readonly #view: NodeView;
  readonly #beats: Beats;
  readonly #issuer: KeyringIssuer;
  readonly #seen: SeenKeeper;
  /** What was raised last of each kind, so that the same is not told again and again. */
  readonly #told = new Map<EventCode, string>();
  /** Whether a confirmation that there was has ended. */
  #wasDegraded = false;
  #lastMaster: NodeId | undefined;
  #validUntil: MonotonicMs | undefined;

  private constructor(deps: SsoServiceDeps, papers: NodePapers) {
    const { holder, effects } = deps;
    const { clock, scheduler } = effects;
    this.#deps = deps;
    this.#seen = new SeenKeeper(deps.seen, effects.events);
    this.#view = new NodeView(
      {
        ...deps,
        events: effects.events,
        changed: () => {
          this.#viewChanged();
        },
      },
      papers,
    );
    this.loop = this.#makeLoop();
    this.follower = this.#makeFollower();
    this.#beats = new Beats(scheduler, () => this.#beat());
    this.#issuer = new KeyringIssuer({
      ...deps,
      view: this.#view,
      ownMastership: () => this.loop.current(),
    });
    this.work = new KeyringWork(holder, clock, {
      refresh: () => this.follower.refresh(),
      charter: () => this.charter,
    });
  }

  /** Reads what the database says of this node, opens its keyring and starts following. */
  static async open(deps: SsoServiceDeps): Promise<SsoService> {
    const seen = await deps.seen.load();
    const papers = await openNode(deps, seen);
    const service = new SsoService(deps, papers);
    await service.#begin(seen);
    return service;
  }

  get charter(): Charter {
    return this.#view.charter;
  }

  /** The signed notes that this node shows to anybody. */
  greeting(): Greeting {
    return this.#view.greeting;
  }

  get warrant(): Warrant {
    return this.#view.warrant;
  }

  health(): Health {
    const waits = this.#waitingFor();
    return {
      canRead: this.#deps.holder.held() !== undefined,
      canSeal: this.#deps.holder.state() === "confirmed",
      // Not by the state alone: a process that was frozen has not noticed yet what ran out.
      isMaster: this.loop.current() !== undefined,
      ...(waits !== undefined && { waitingFor: waits }),
    };
  }

  /**
   * Reads charter, roster and keyring anew, and asks the master secret server: to be called after
   * a change of them. Never throws.
   */
  refresh(): Promise<void> {
    return this.follower.refresh();
  }

  /** Waits until this node is master secret server; a keyring must be held by now. */
  async becomeMaster(): Promise<void> {
    const { behind: difference } = this.#deps.holder.details();
    if (difference !== undefined) {
      throw new CodedError("database-behind", {
        detail: `${difference}; nothing is written to a database that went back in time`,
      });
    }
    const { ttlMs, expiryConfirmationMs, pollMs } = this.#deps.effects.timings;
    this.loop.setMayClaim(true);
    await this.loop.becomeMaster(2 * ttlMs + expiryConfirmationMs + pollMs);
  }

  /**
   * As `becomeMaster`, although the database went back in time: an administrator accepts it, and
   * `Trust` lets its charter do for the claim.
   */
  async becomeMasterOverOlder(): Promise<void> {
    const { ttlMs, expiryConfirmationMs, pollMs } = this.#deps.effects.timings;
    this.loop.setMayClaim(true);
    await this.loop.becomeMaster(2 * ttlMs + expiryConfirmationMs + pollMs);
  }

  /** That this node is master secret server. Throws `not-master-secret-server`. */
  confirm(): Beat {
    if (this.loop.current() === undefined) {
      throw new CodedError("not-master-secret-server");
    }
    return this.#beat();
  }

  /** The keyring for a live node. Throws `not-master-secret-server`, `master-secret-unavailable`. */
  issueKeyring(warrant: Warrant): Promise<IssuedKeyring> {
    return this.#issuer.issue(warrant);
  }

  /** Sends a beat at once, with each change and each second, until cancelled. */
  watch(send: (beat: Beat) => void): Cancel {
    return this.#beats.watch(send);
  }

  async stop(): Promise<void> {
    await this.follower.stop();
    await this.loop.stop();
    this.#beats.send(); // tells those who watch that it is over
    this.#beats.stop();
    await this.#seen.settled();
    this.#deps.holder.erase();
  }

  async #begin(seen: Seen): Promise<void> {
    const { holder, effects } = this.#deps;
    holder.followedBy({
      seen,
      context: effects.cachedSecret,
      announced: (announcement) => {
        this.#secretAnnounced(announcement);
      },
      saw: (now) => {
        this.#seen.remember(now);
      },
      waitsFor: () => this.#waitingFor() ?? "nothing",
    });
    await this.#view.begin();
    await this.#seen.settled();
    this.loop.start();
    this.follower.start();
  }

  #makeLoop(): MastershipLoop {
    const { database, self, trust, holder, effects } = this.#deps;
    const { clock, scheduler, random, auditor, timings } = effects;
    const context = {
      self,
      trust,
      keyring: holder,
      auditor,
      random,
      seenEpoch: () => holder.seen.epoch,
    };
    return new MastershipLoop({
      database,
      clock,
      scheduler,
      context: { nodeId: self.nodeId, timings },
      decide: (locked, stores, attempt) =>
        decideClaim(context, locked, stores, {
          nodeId: self.nodeId,
          ttlMs: timings.ttlMs,
          ...attempt,
        }),
      observer: this.#loopObserver(),
    });
  }

  #loopObserver(): MastershipObserver {
    return {
      changed: (state) => {
        this.#roleChanged(state);
      },
      announced: (announcement) => {
        this.#roleAnnounced(announcement);
      },
      failed: (what, error) => {
        this.#failed(error, what);
      },
      looked: (read) => {
        this.follower.looked(read);
      },
      refused: (reason) => {
        if (reason !== "fence-moved" && reason !== "lease-valid") {
          this.#raiseOnce("mastership.claim-refused", { reason });
        }
      },
      wrote: () => {
        void this.follower.refresh(); // it may have been the charter
      },
      broken: () => {
        this.#deps.effects.events.raise("mastership.broken");
      },
    };
  }

  #makeFollower(): Follower {
    const { self, effects } = this.#deps;
    const { cachedSecret: timings, events } = effects;
    return new Follower({
      ...this.#deps,
      ...effects,
      nodeId: self.nodeId,
      view: this.#view,
      timings,
      ownMastership: () => this.loop.current(),
      observer: {
        reached: (node) => {
          events.raise("master-secret-server.reached", { node });
          this.#masterIs(node);
        },
        lost: () => {
          events.raise("master-secret-server.unreachable", {
            node: this.follower.master ?? "unknown",
          });
        },
        failed: (error) => {
          this.#failed(error, "refresh");
        },
      },
    });
  }

  #masterIs(node: NodeId): void {
    if (this.#lastMaster !== undefined && this.#lastMaster !== node) {
      this.#deps.effects.events.raise("mastership.changed", { node });
    }
    this.#lastMaster = node;
  }

  /** On the master secret server each renewal of its own lease is a confirmation (P5). */
  #roleChanged(state: Mastership): void {
    if (state.kind !== "active" || state.validUntil === this.#validUntil) {
      return;
    }
    this.#validUntil = state.validUntil;
    const { incarnation, serial, keyringRevision } = this.#view.charter;
    this.#deps.holder.apply({
      kind: "lease-read",
      standing: { ...state.id, incarnation, charterSerial: serial, keyringRevision },
      isValid: true,
      sentAt: plusMs(state.validUntil, -this.#deps.effects.timings.ttlMs),
    });
  }

  #roleAnnounced({ what, id }: RoleAnnouncement): void {
    this.#deps.effects.events.raise(ROLE_EVENTS[what], { epoch: String(id.epoch) });
    if (what === "acquired") {
      this.#told.clear();
      this.#lastMaster = this.#deps.self.nodeId;
      this.#deps.becameMaster?.();
    }
    this.#beats.send();
    this.follower.news();
  }

  #secretAnnounced(announcement: CachedSecretAnnouncement): void {
    const code = SECRET_EVENTS[announcement.what];
    if (announcement.what === "confirmed" && !this.#wasDegraded) {
      return; // nothing was lost that could be found again
    }
    if (announcement.what === "confirmed" || announcement.what === "degraded") {
      this.#wasDegraded = announcement.what === "degraded";
    }
    if ("difference" in announcement) {
      this.#raiseOnce(code, { difference: announcement.difference });
    } else {
      this.#deps.effects.events.raise(code);
    }
    if (announcement.what === "revoked" || announcement.what === "behind") {
      void this.loop.standDown();
    }
  }

  /** Who holds every version of a charter that is not behind may be master secret server. */
  #viewChanged(): void {
    const { holder } = this.#deps;
    const details = holder.details();
    const mayClaim =
      this.#view.warrant.role === "candidate" &&
      details.kind !== "revoked" &&
      details.behind === undefined &&
      this.#holdsEveryVersion();
    this.loop.setMayClaim(mayClaim);
    this.#deps.rosterChanged?.();
    this.#beats.send();
  }

  #holdsEveryVersion(): boolean {
    const ring = this.#deps.holder.held();
    const held = ring?.numbers.map((number) => ({ number, checkValue: ring.checkValue(number) }));
    return held !== undefined && missingVersions(this.#view.charter, held).length === 0;
  }

  #waitingFor(): string | undefined {
    const { holder, roster } = this.#deps;
    const { master } = this.follower;
    return waitingFor({
      secret: holder.details(),
      own: this.#view.own,
      master: master === undefined ? undefined : roster.find(master),
    });
  }

  #beat(): Beat {
    const { incarnation, serial, keyringRevision } = this.#view.charter;
    const { epoch, claimId = NO_CLAIM_ID } = this.#deps.holder.seen;
    const own = this.loop.current();
    return {
      ...(own ?? { epoch, claimId }),
      isMaster: own !== undefined,
      incarnation,
      charterSerial: serial,
      keyringRevision,
    };
  }

  #failed(error: unknown, what: string): void {
    // That the database is away is said by whoever guards it.
    if (isCoded(error, "database-unavailable", "outcome-unknown", "database-locked")) {
      return;
    }
    this.#raiseOnce("cluster.request-failed", { what, reason: reasonOf(error) });
  }

  /** Once for each cause, until another comes. */
  #raiseOnce(code: EventCode, fields: Readonly<Record<string, string>>): void {
    const told = JSON.stringify(fields);
    if (this.#told.get(code) !== told) {
      this.#told.set(code, told);
      this.#deps.effects.events.raise(code, fields);
    }
  }
}

/** Messages of foreign code may quote what they were given; a code and a name do not. */
function reasonOf(error: unknown): string {
  if (isCoded(error)) {
    return error.code;
  }
  return error instanceof Error ? error.name : typeof error;
}
