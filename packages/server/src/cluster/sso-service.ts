import type { Charter, NodeId, Warrant } from "@chatelaine/crypto";
import type { Health } from "@chatelaine/protocol";
import { CodedError } from "../base/coded-error.ts";
import type { Seen } from "../domain/charter/seen.ts";
import { KeyringWork } from "../domain/keyring/keyring-work.ts";
import { missingVersions } from "../domain/backup/backup.ts";
import { decideClaim, type Candidacy } from "../domain/mastership/decide-claim.ts";
import type { Mastership } from "../domain/mastership/mastership.ts";
import type { ProcessId } from "../domain/mastership/proof-of-death.ts";
import type { CandidacyStores } from "../domain/membership/candidacy-from-backup.ts";
import type { Greeting } from "../domain/node/join-transport.ts";
import { openNode, type NodePapers } from "../domain/system/open-node.ts";
import { plusMs, type MonotonicMs } from "../platform/clock.ts";
import type { Cancel } from "../platform/scheduler.ts";
import { Beats } from "./beats.ts";
import { DeathWatch } from "./death-watch.ts";
import { DesignationKeeper } from "./designation-keeper.ts";
import { Follower } from "./follower.ts";
import { KeyringIssuer } from "./keyring-issuer.ts";
import { MastershipLoop, type MastershipObserver } from "./mastership-loop.ts";
import { NodeView } from "./node-view.ts";
import type { Beat, IssuedKeyring } from "./peer-acts.ts";
import { SeenKeeper } from "./seen-keeper.ts";
import {
  OnceForEachCause,
  ROLE_EVENTS,
  SecretNews,
  type RoleAnnouncement,
} from "./service-events.ts";
import type { SsoServiceDeps } from "./sso-service-deps.ts";
import { waitingFor } from "./waiting-for.ts";

/** For so many ttls a node whose role is meant for another one holds back. */
const HANDOVER_TTLS = 2;

const PROCESS_ID_BYTES = 16;

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
  readonly #designation: DesignationKeeper;
  readonly #deaths: DeathWatch;
  readonly #process: ProcessId;
  /** What a designated member becomes a candidate with, while it restores a backup. */
  #candidacy: Candidacy<CandidacyStores> | undefined;
  /** Whether an administrator has told this node to become master secret server. */
  #isTold = false;
  /** For whom this node is about to give the role up. */
  #handsTo: NodeId | undefined;
  readonly #once: OnceForEachCause;
  readonly #news: SecretNews;
  #lastMaster: NodeId | undefined;
  #validUntil: MonotonicMs | undefined;

  private constructor(deps: SsoServiceDeps, papers: NodePapers) {
    const { holder, effects } = deps;
    const { clock, scheduler } = effects;
    this.#deps = deps;
    this.#once = new OnceForEachCause(effects.events);
    this.#news = new SecretNews(effects.events, this.#once);
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
    this.#designation = new DesignationKeeper({
      nodeId: deps.self.nodeId,
      patienceMs: effects.timings.ttlMs,
      events: effects.events,
      canClaim: () => this.#mayClaim(),
    });
    this.#process = effects.random.bytes(PROCESS_ID_BYTES);
    this.#deaths = new DeathWatch({
      ...effects,
      proved: () => {
        this.loop.hurry(effects.timings.pollMs);
      },
    });
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

  /**
   * Waits until this node is master secret server; a keyring must be held by now. `candidacy` makes
   * a candidate of a designated member, in the claim itself.
   */
  async becomeMaster(candidacy?: Candidacy<CandidacyStores>): Promise<void> {
    const { behind: difference } = this.#deps.holder.details();
    if (difference !== undefined) {
      throw new CodedError("database-behind", {
        detail: `${difference}; nothing is written to a database that went back in time`,
      });
    }
    this.#candidacy = candidacy;
    try {
      await this.becomeMasterOverOlder();
      if (candidacy !== undefined) {
        await this.refresh(); // its warrant is another one now
      }
    } finally {
      this.#candidacy = undefined;
    }
  }

  /**
   * Gives the role up and claims nothing for a while, so that another candidate takes it; one that
   * is named hurries, and the others hold back.
   */
  async handOver(to: NodeId | undefined): Promise<void> {
    this.#handsTo = to;
    try {
      this.#beats.send();
      await this.loop.stepDown(this.#handoverMs);
    } finally {
      this.#handsTo = undefined;
    }
  }

  /**
   * As `becomeMaster`, although the database went back in time: an administrator accepts it, and
   * `Trust` lets its charter do for the claim.
   */
  async becomeMasterOverOlder(): Promise<void> {
    const { ttlMs, expiryConfirmationMs, pollMs } = this.#deps.effects.timings;
    this.#isTold = true;
    try {
      this.loop.setMayClaim(true);
      await this.loop.becomeMaster(2 * ttlMs + expiryConfirmationMs + pollMs);
    } finally {
      this.#isTold = false;
      this.loop.setMayClaim(this.#mayClaim());
    }
  }

  /** That this node is master secret server. Throws `not-master-secret-server`. */
  confirm(asker: NodeId, process: ProcessId): Beat {
    this.#deaths.asked(asker, process);
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
        this.#news.tell(announcement);
        const { what } = announcement;
        if (what === "revoked" || (what === "behind" && !this.#isTold)) {
          void this.loop.standDown();
        }
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
      candidacy: () => this.#candidacy,
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
      proofFor: (read) => this.#deaths.proofFor(read),
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
        this.#once.requestFailed(what, error);
      },
      looked: (read) => {
        this.#deaths.looked(read);
        this.follower.looked(read);
        this.#designation.looked(read, this.#deps.effects.clock.monotonic());
      },
      refused: (reason) => {
        if (reason !== "fence-moved" && reason !== "lease-valid") {
          this.#once.raise("mastership.claim-refused", { reason });
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
      process: this.#process,
      view: this.#view,
      timings,
      ownMastership: () => this.loop.current(),
      observer: {
        reached: (node) => {
          events.raise("master-secret-server.reached", { node });
          this.#designation.masterWorks();
          this.#masterIs(node);
        },
        lost: () => {
          events.raise("master-secret-server.unreachable", {
            node: this.follower.master ?? "unknown",
          });
        },
        failed: (error) => {
          this.#once.requestFailed("refresh", error);
        },
        heard: (beat) => {
          this.#heard(beat);
        },
        lives: (nodeId, beat, askedAt) => {
          this.#deaths.heard(nodeId, beat, askedAt);
        },
        looked: (read, at) => {
          this.#deaths.looked(read);
          this.#designation.looked(read, at);
        },
        streamEnded: (master, reason) => {
          if (master !== undefined && reason.kind === "refused") {
            this.#deaths.refused(master, reason.address);
          }
        },
      },
    });
  }

  /** What the master secret server says of the role that it gives up. */
  #heard({ isMaster, handsTo }: Beat): void {
    if (handsTo === this.#deps.self.nodeId) {
      this.loop.resumeClaims(); // it may have left the role to others a moment ago
    }
    if (handsTo === this.#deps.self.nodeId || (handsTo === undefined && !isMaster)) {
      this.loop.hurry(this.#deps.effects.timings.pollMs);
    } else if (handsTo !== undefined) {
      this.loop.leaveRole(this.#handoverMs);
    }
  }

  get #handoverMs(): number {
    return HANDOVER_TTLS * this.#deps.effects.timings.ttlMs;
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
      this.#once.forget();
      this.#designation.masterWorks();
      this.#lastMaster = this.#deps.self.nodeId;
      this.#deps.becameMaster?.();
    }
    this.#beats.send();
    this.follower.news();
  }

  /** Who holds every version of a charter that is not behind may become master secret server. */
  #viewChanged(): void {
    this.loop.setMayClaim(this.#mayClaim());
    this.#deps.rosterChanged?.();
    this.#beats.send();
  }

  #mayClaim(): boolean {
    const { kind, behind } = this.#deps.holder.details();
    if (kind === "revoked" || this.#isTold) {
      return kind !== "revoked"; // what it is told stands against a view that is read meanwhile
    }
    const isCandidate = this.#view.warrant.role === "candidate";
    return isCandidate && behind === undefined && this.#holdsEveryVersion();
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
      designation: this.#designation.seen(roster),
    });
  }

  #beat(): Beat {
    const { incarnation, serial, keyringRevision } = this.#view.charter;
    const { epoch, claimId = NO_CLAIM_ID } = this.#deps.holder.seen;
    const own = this.loop.current();
    return {
      ...(own ?? { epoch, claimId }),
      process: this.#process,
      isMaster: own !== undefined,
      ...(this.#handsTo !== undefined && { handsTo: this.#handsTo }),
      incarnation,
      charterSerial: serial,
      keyringRevision,
    };
  }
}
