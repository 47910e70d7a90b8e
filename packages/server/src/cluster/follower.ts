import type { NodeId, RandomSource, Warrant } from "@chatelaine/crypto";
import { isCoded } from "../base/coded-error.ts";
import type { CachedSecretTimings } from "../domain/keyring/cached-secret-timings.ts";
import type { CachedSecretAction, Standing } from "../domain/keyring/cached-secret.ts";
import type { KeyringHolder } from "../domain/keyring/keyring-holder.ts";
import {
  pauseAfterAnswer,
  pauseAfterFailure,
  pauseAfterNews,
} from "../domain/keyring/refresh-pauses.ts";
import { isLeaseValid } from "../domain/mastership/claim-rule.ts";
import type { FenceAndLease, MastershipId } from "../domain/mastership/mastership-store.ts";
import type { ProcessId } from "../domain/mastership/proof-of-death.ts";
import type { Roster } from "../domain/node/roster.ts";
import type { SsoDatabase } from "../domain/store/sso-database.ts";
import type { Clock, MonotonicMs } from "../platform/clock.ts";
import type { Scheduler } from "../platform/scheduler.ts";
import { MasterWatch, type WatchedMaster } from "./master-watch.ts";
import { NodeNotRecognized } from "./node-not-recognized.ts";
import type { NodeView } from "./node-view.ts";
import type { Beat, PeerAct, PeerAnswer, PeerRequest } from "./peer-acts.ts";
import type { Peers, WatchEnd } from "./peers.ts";
import { Turns } from "./turns.ts";

export interface FollowerDeps {
  readonly database: Pick<SsoDatabase, "mastership">;
  readonly nodeId: NodeId;
  readonly process: ProcessId;
  readonly holder: KeyringHolder;
  readonly view: Pick<NodeView, "charter" | "warrant" | "reload" | "takeIssued" | "takeRefusal">;
  readonly roster: Roster;
  readonly peers: Peers;
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly random: RandomSource;
  readonly timings: CachedSecretTimings;
  /** The mastership of this node, if it is valid. */
  readonly ownMastership: () => MastershipId | undefined;
  readonly observer: FollowerObserver;
}

/** Told of what happened; decides nothing here. */
export interface FollowerObserver {
  /** The master secret server answered: for the first time, or again after it was lost. */
  reached(nodeId: NodeId): void;
  /** It did not answer, twice in a row. */
  lost(): void;
  /** Something failed that another attempt may not mend. */
  failed(error: unknown): void;
  /** A beat came on the stream. */
  heard?(beat: Beat): void;
  /** A node said of itself what it is, asked at that time; also with each beat. */
  lives?(nodeId: NodeId, beat: Beat, askedAt: MonotonicMs): void;
  /** Fence and lease were read, because the master secret server did not answer. */
  looked?(read: FenceAndLease, at: MonotonicMs): void;
  /** A stream ended; from whom it was, if its last beat was a master secret server's. */
  streamEnded?(master: WatchedMaster | undefined, reason: WatchEnd): void;
}

/** When nobody knows who is master secret server, so many candidates are asked at once. */
const CANDIDATES_ASKED_MAX = 16;
/** After so many refreshes in a row that failed, the master secret server counts as lost. */
const FAILURES_UNTIL_LOST = 2;

/**
 * Follows whoever is master secret server: asks it at a third of the grace, listens to its beats,
 * and looks into the database when it does not answer. Holds no rule of its own: what an answer
 * is worth, and what it asks for, the machine of the cached secret says.
 */
export class Follower {
  readonly #deps: FollowerDeps;
  readonly #turns: Turns;
  readonly #watch: MasterWatch;
  /** Who answered last, or whom the fence names. */
  #master: NodeId | undefined;
  #isReached = false;
  #failures = 0;
  /** Whether it was said that the master secret server does not answer, since it last did. */
  #isLossTold = false;
  /** Streams in a row that ended before a beat came. */
  #streamFailures = 0;
  #lookedAt: MonotonicMs | undefined;

  constructor(deps: FollowerDeps) {
    this.#deps = deps;
    this.#turns = new Turns(deps.scheduler, deps.clock, () => this.#takeTurn());
    this.#watch = new MasterWatch(deps.peers, deps.clock, {
      beat: (nodeId, beat, openedAt) => {
        deps.observer.lives?.(nodeId, beat, openedAt);
        this.#heard(beat);
      },
      ended: (master, reason) => {
        deps.observer.streamEnded?.(master, reason);
        this.#streamFailures += 1;
        this.#lookedAt = undefined; // the next turn may look whether there is another one
        this.#turns.within(this.#retryMs(this.#streamFailures));
      },
    });
  }

  /** Who is master secret server, as far as this node knows. */
  get master(): NodeId | undefined {
    return this.#master;
  }

  start(): void {
    this.#turns.start();
  }

  async stop(): Promise<void> {
    await this.#turns.stop();
    this.#watch.end(); // last: the turn that was under way may have opened a stream
  }

  /** Resolves when a refresh that began after the call has ended, whatever it brought. */
  refresh(): Promise<void> {
    return this.#turns.now();
  }

  /** There is news that every node gets now: not all of them shall ask at once. */
  news(): void {
    this.#turns.within(pauseAfterNews(this.#deps.timings, this.#nodes, this.#chance()));
  }

  /** The fence, as a candidate on standby reads it anyway. */
  looked({ fence }: FenceAndLease): void {
    const isNews = fence.nodeId !== this.#master && fence.nodeId !== this.#deps.nodeId;
    if (isNews && fence.epoch > this.#deps.holder.seen.epoch) {
      this.#master = fence.nodeId;
      this.news();
    }
  }

  /** Returns how long to wait for the next one. */
  async #takeTurn(): Promise<number> {
    const { holder, timings, ownMastership } = this.#deps;
    if (holder.state() === "revoked") {
      this.#watch.end();
      return timings.graceMs;
    }
    if (ownMastership() !== undefined) {
      this.#becameMaster();
      await this.#reload();
      return pauseAfterAnswer(timings, this.#nodes, this.#chance());
    }
    return (await this.#follow()) ? this.#succeeded() : this.#failed();
  }

  #becameMaster(): void {
    this.#watch.end();
    this.#master = this.#deps.nodeId;
    this.#isReached = false;
    this.#failures = 0;
    this.#isLossTold = false;
  }

  #succeeded(): number {
    const { timings } = this.#deps;
    this.#failures = 0;
    this.#isLossTold = false;
    return this.#isBehind
      ? timings.retryMaxMs // it is looked soon whether the database has caught up
      : pauseAfterAnswer(timings, this.#nodes, this.#chance());
  }

  #failed(): number {
    this.#failures += 1;
    const isMissed = this.#isReached || this.#deps.holder.held() === undefined;
    // Before anybody has had the role there is nobody who could be missed.
    const isAnybody = this.#master !== undefined;
    if (isMissed && isAnybody && !this.#isLossTold && this.#failures >= FAILURES_UNTIL_LOST) {
      this.#isReached = false;
      this.#isLossTold = true;
      this.#deps.observer.lost();
    }
    return this.#retryMs(this.#failures);
  }

  /** Whether the master secret server answered. */
  async #follow(): Promise<boolean> {
    const known = this.#find(this.#master);
    if (known !== undefined && (await this.#ask(known))) {
      return true;
    }
    const actions = this.#deps.holder.apply({ kind: "unanswered" });
    if (!has(actions, "read-lease") || !this.#mayLook()) {
      return false;
    }
    const sentAt = this.#deps.clock.monotonic();
    const isOvertaken = this.#overtaking();
    const read = await this.#readLease();
    if (read === undefined) {
      return await this.#askEveryCandidate(known);
    }
    this.#deps.observer.looked?.(read, this.#deps.clock.monotonic());
    const named = this.#find(read.fence.nodeId);
    this.#master = read.fence.nodeId;
    if (named !== undefined && named !== known && (await this.#ask(named))) {
      return true;
    }
    if ((await this.#reload()) && !isOvertaken(read.fence)) {
      this.#confirmByLease(read, sentAt);
    }
    return false;
  }

  /** Whether this node is master secret server, and what that is worth here. */
  async #ask(target: Warrant): Promise<boolean> {
    const sentAt = this.#deps.clock.monotonic();
    const isOvertaken = this.#overtaking();
    const beat = await this.#call(target, "confirm", { process: this.#deps.process });
    if (beat !== undefined) {
      this.#deps.observer.lives?.(target.nodeId, beat, sentAt);
    }
    const isRevoked = this.#deps.holder.state() === "revoked";
    if (beat?.isMaster !== true || isRevoked || isOvertaken(beat)) {
      return false;
    }
    const actions = this.#deps.holder.apply({ kind: "answered", standing: beat, sentAt });
    if (isRefused(actions)) {
      return false;
    }
    this.#answered(target);
    if (await this.#catchUp(actions, target, beat)) {
      this.#deps.holder.apply({ kind: "answered", standing: beat, sentAt });
    }
    return true;
  }

  /**
   * Whether what comes now was so when it was asked for, and is over only because this node has
   * seen a later mastership meanwhile, such as its own: then it is late, and nobody's deceit.
   */
  #overtaking(): (found: MastershipId) => boolean {
    const { epoch } = this.#deps.holder.seen;
    return (found) => found.epoch >= epoch && found.epoch < this.#deps.holder.seen.epoch;
  }

  #answered(target: Warrant): void {
    const { nodeId } = target;
    const isNew = !this.#isReached || this.#master !== nodeId;
    this.#master = nodeId;
    this.#isReached = true;
    this.#watch.follow(target);
    if (isNew) {
      this.#deps.observer.reached(nodeId);
    }
  }

  /** Gets what is newer there than here; false if there was nothing to get. */
  async #catchUp(
    actions: readonly CachedSecretAction[],
    target: Warrant,
    standing: Standing,
  ): Promise<boolean> {
    const { view } = this.#deps;
    const isKeyringWanted = has(actions, "fetch-keyring");
    const isBehind = this.#isBehind;
    // A candidate has one sealed to itself; the master secret server need not seal it another.
    const opensOwn = isKeyringWanted && view.warrant.role === "candidate";
    if (has(actions, "refresh") || isBehind || opensOwn) {
      await this.#reload();
    }
    if (actions.length > 0 && this.#lacks(standing)) {
      await this.#fetch(target);
    }
    return actions.length > 0 || isBehind;
  }

  /** Whether the database was older than what was seen when it was last read. */
  get #isBehind(): boolean {
    return this.#deps.holder.details().behind !== undefined;
  }

  #lacks({ keyringRevision }: Standing): boolean {
    const ring = this.#deps.holder.held();
    return ring === undefined || ring.revision < keyringRevision;
  }

  async #fetch(target: Warrant): Promise<void> {
    const issued = await this.#call(target, "keyring", {});
    if (issued !== undefined) {
      await this.#attempt(() => this.#deps.view.takeIssued(issued));
    }
  }

  /** A master secret server that reaches the database but not this node goes on confirming it. */
  #confirmByLease(read: FenceAndLease, sentAt: MonotonicMs): void {
    const { incarnation, serial, keyringRevision } = this.#deps.view.charter;
    const { epoch, claimId } = read.fence;
    this.#deps.holder.apply({
      kind: "lease-read",
      standing: { epoch, claimId, incarnation, charterSerial: serial, keyringRevision },
      isValid: isLeaseValid(read),
      sentAt,
    });
  }

  async #askEveryCandidate(asked: Warrant | undefined): Promise<boolean> {
    const candidates = this.#deps.roster.warrants.filter(
      ({ nodeId, role }) =>
        role === "candidate" && nodeId !== this.#deps.nodeId && nodeId !== asked?.nodeId,
    );
    const answers = candidates
      .slice(0, CANDIDATES_ASKED_MAX)
      .map((candidate) => this.#ask(candidate));
    return (await Promise.all(answers)).includes(true);
  }

  /** The database is not asked by every node each time it fails to reach a node. */
  #mayLook(): boolean {
    const now = this.#deps.clock.monotonic();
    const isSoon =
      this.#lookedAt !== undefined && now - this.#lookedAt < this.#deps.timings.memberPollMs;
    if (!isSoon) {
      this.#lookedAt = now;
    }
    return !isSoon;
  }

  #readLease(): Promise<FenceAndLease | undefined> {
    return this.#attempt(() => this.#deps.database.mastership.read());
  }

  async #reload(): Promise<boolean> {
    const reloaded = await this.#attempt(async () => {
      await this.#deps.view.reload();
      return true;
    });
    return reloaded ?? false;
  }

  #heard(beat: Beat): void {
    this.#streamFailures = 0;
    this.#deps.observer.heard?.(beat);
    const actions = this.#deps.holder.apply({ kind: "heard", standing: beat });
    if (!beat.isMaster || has(actions, "refresh")) {
      this.news();
    }
  }

  #find(nodeId: NodeId | undefined): Warrant | undefined {
    return nodeId === undefined || nodeId === this.#deps.nodeId
      ? undefined
      : this.#deps.roster.find(nodeId);
  }

  /** Undefined if it does not answer, or is not the one to ask. */
  async #call<Act extends PeerAct>(
    target: Warrant,
    act: Act,
    request: PeerRequest<Act>,
  ): Promise<PeerAnswer<Act> | undefined> {
    const { peers, timings, view } = this.#deps;
    return await this.#attempt(async () => {
      try {
        return await peers.call(target, act, request, timings.callMs);
      } catch (error) {
        if (error instanceof NodeNotRecognized) {
          await view.takeRefusal(error.charter);
        }
        throw error;
      }
    });
  }

  /** What fails is tried again with the next turn; here it is only told. */
  async #attempt<T>(run: () => Promise<T>): Promise<T | undefined> {
    try {
      return await run();
    } catch (error) {
      if (!isCoded(error, "node-unreachable", "not-master-secret-server")) {
        this.#deps.observer.failed(error);
      }
      return undefined;
    }
  }

  get #nodes(): number {
    return this.#deps.roster.warrants.length;
  }

  #retryMs(failures: number): number {
    return pauseAfterFailure(this.#deps.timings, this.#nodes, failures, this.#chance());
  }

  #chance(): number {
    const [a = 0, b = 0, c = 0] = this.#deps.random.bytes(3);
    return (a * 65_536 + b * 256 + c) / 16_777_216;
  }
}

function has(actions: readonly CachedSecretAction[], kind: CachedSecretAction["kind"]): boolean {
  return actions.some((action) => action.kind === kind);
}

function isRefused(actions: readonly CachedSecretAction[]): boolean {
  return actions.some(
    (action) => action.kind === "announce" && action.what === "mastership-refused",
  );
}
