import { CodedError, isCoded } from "../base/coded-error.ts";
import { Defect } from "../base/invariant.ts";
import {
  STANDBY,
  stepMastership,
  type Mastership,
  type MastershipAction,
  type MastershipContext,
  type MastershipEvent,
} from "../domain/mastership/mastership.ts";
import type { ClaimBasis } from "../domain/mastership/claim-rule.ts";
import type { MasterRole } from "../domain/mastership/master-role.ts";
import type { ProofOfDeath } from "../domain/mastership/proof-of-death.ts";
import type {
  ClaimDecision,
  ClaimRefusal,
  FenceAndLease,
  MastershipId,
} from "../domain/mastership/mastership-store.ts";
import type { FencedStores, ReadStores, SsoDatabase } from "../domain/store/sso-database.ts";
import { plusMs, type Clock, type MonotonicMs } from "../platform/clock.ts";
import type { Cancel, Scheduler } from "../platform/scheduler.ts";

export interface MastershipLoopDeps {
  readonly database: Pick<SsoDatabase, "mastership" | "fenced">;
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly context: MastershipContext;
  /** Decides a claim under the locks of fence and lease. */
  readonly decide: (
    locked: FenceAndLease,
    stores: ReadStores,
    attempt: { readonly seen: FenceAndLease; readonly basis: ClaimBasis },
  ) => Promise<ClaimDecision<FencedStores>>;
  /** That the holder of what was read just now is dead, as far as that is known. */
  readonly proofFor?: (read: FenceAndLease) => ProofOfDeath | undefined;
  readonly observer: MastershipObserver;
}

/** Told of what happened; decides nothing here. */
export interface MastershipObserver {
  /** After every step. */
  changed(state: Mastership): void;
  announced(action: Extract<MastershipAction, { kind: "announce" }>): void;
  /** A request to the database failed; the loop goes on. */
  failed(what: LoopRequest, error: unknown): void;
  /** Fence and lease, as read on standby. */
  looked?(read: FenceAndLease): void;
  /** A claim was refused under the locks. */
  refused?(reason: ClaimRefusal): void;
  /** A fenced write was committed. */
  wrote?(): void;
  /** A fenced write broke an invariant: the role is given up, and not claimed for a while. */
  broken?(): void;
}

export type LoopRequest = "read" | "claim" | "renew" | "release";

/** A claim that was refused for what another look does not mend waits so many polls. */
const REFUSED_POLLS = 8;
/** After a broken invariant this node leaves the role to others for so many ttls. */
const BROKEN_TTLS = 3;

/** How often it is looked for a lease that is about to be released. */
const HURRIED_POLL_MS = 10;

/** What another node's claim or renewal explains; the next look decides anew. */
const PASSING = new Set<ClaimRefusal>(["fence-moved", "lease-valid"]);

/**
 * Drives the mastership machine: reads, claims, renews and releases on the machine's word, and
 * turns every reply into an event. Holds no rule of its own.
 */
export class MastershipLoop implements MasterRole<FencedStores> {
  readonly #deps: MastershipLoopDeps;
  #state: Mastership = STANDBY;
  #isRunning = false;
  #mayClaim = false;
  #cancel: Cancel | undefined;
  #turn: Promise<void> | undefined;
  #writesUnderWay = 0;
  readonly #drained = new Set<() => void>();
  #steppingDown: Promise<void> | undefined;
  readonly #waiting = new Set<Waiter>();
  #claimsFrom: MonotonicMs | undefined;
  /** Until then fence and lease are read more often. */
  #hurriedUntil: MonotonicMs | undefined;
  /** Why the last attempt to take the role came to nothing. */
  #lastProblem: ClaimRefusal | Error | undefined;

  constructor(deps: MastershipLoopDeps) {
    this.#deps = deps;
  }

  get state(): Mastership {
    return this.#state;
  }

  start(): void {
    this.#isRunning = true;
    this.#schedule(0);
  }

  /** The mastership of this node, if it is valid at this moment. */
  current(): MastershipId | undefined {
    this.#apply({ kind: "tick", now: this.#deps.clock.monotonic() });
    return this.#state.kind === "active" ? this.#state.id : undefined;
  }

  /** Whether this node may claim at all: it holds every version and the database is not behind. */
  setMayClaim(mayClaim: boolean): void {
    const isNew = mayClaim && !this.#mayClaim;
    this.#mayClaim = mayClaim;
    if (isNew) {
      this.#claimsFrom = undefined;
      this.#schedule(0);
    }
  }

  /** Gives the role up, if this node has it, and claims no more until it may again. */
  async standDown(): Promise<void> {
    this.setMayClaim(false);
    await this.#stepDown();
  }

  /** Gives the role up, and leaves it to others for that long. */
  async stepDown(leaveMs: number): Promise<void> {
    this.leaveRole(leaveMs);
    await this.#stepDown();
  }

  /** Claims nothing for that long: the role is meant for another node. */
  leaveRole(durationMs: number): void {
    this.#pauseClaims(durationMs);
  }

  /** Claims again, if it was to leave the role to others. */
  resumeClaims(): void {
    this.#claimsFrom = undefined;
    this.#schedule(0);
  }

  /** The role is about to be free: looks for it more often during that time. */
  hurry(durationMs: number): void {
    this.#hurriedUntil = plusMs(this.#deps.clock.monotonic(), durationMs);
    if (this.#state.kind === "standby") {
      this.#schedule(0);
    }
  }

  /**
   * Resolves when this node is master secret server. Throws after `deadlineMs`, with what kept it
   * from the role, and when the loop stops.
   */
  becomeMaster(deadlineMs: number): Promise<void> {
    if (this.#state.kind === "active") {
      return Promise.resolve();
    }
    this.#claimsFrom = undefined;
    return new Promise((resolve, reject) => {
      const end = (): void => {
        this.#waiting.delete(waiter);
        cancel();
      };
      const waiter: Waiter = {
        active: () => {
          end();
          resolve();
        },
        given: (error) => {
          end();
          reject(error);
        },
      };
      const cancel = this.#deps.scheduler.after(deadlineMs, () => {
        waiter.given(whyNotMaster(this.#lastProblem));
      });
      this.#waiting.add(waiter);
    });
  }

  async fenced<T>(act: string, run: (stores: FencedStores) => Promise<T>): Promise<T> {
    this.#apply({ kind: "tick", now: this.#deps.clock.monotonic() });
    const state = this.#state;
    if (state.kind !== "active") {
      throw new CodedError("not-master-secret-server", {
        detail: "this node is not the master secret server; `chatelaine status` says what it is",
      });
    }
    this.#writesUnderWay += 1;
    try {
      const answer = await this.#deps.database.fenced(state.id, act, run);
      this.#deps.observer.wrote?.();
      return answer;
    } catch (error) {
      this.#afterFailedWrite(state.id, error);
      throw error;
    } finally {
      this.#writesUnderWay -= 1;
      this.#tellDrained();
    }
  }

  /** Gives the role up and stops; fenced writes under way end first. */
  async stop(): Promise<void> {
    this.#isRunning = false;
    this.#cancel?.();
    for (const waiter of [...this.#waiting]) {
      waiter.given(new CodedError("not-master-secret-server", { detail: "the node stops" }));
    }
    await this.#turn;
    await this.#stepDown();
  }

  /** A broken invariant ends the mastership: whatever it would do next is not believed. */
  #afterFailedWrite(id: MastershipId, error: unknown): void {
    if (isCoded(error, "epoch-fenced")) {
      this.#apply({ kind: "fence-moved", id });
    } else if (error instanceof Defect) {
      this.#pauseClaims(BROKEN_TTLS * this.#deps.context.timings.ttlMs);
      this.#deps.observer.broken?.();
      void this.#stepDown();
    }
  }

  /** Once for all who ask at the same time. */
  #stepDown(): Promise<void> {
    this.#steppingDown ??= this.#release().finally(() => {
      this.#steppingDown = undefined;
    });
    return this.#steppingDown;
  }

  async #release(): Promise<void> {
    this.#apply({ kind: "step-down-asked" });
    if (this.#state.kind === "stepping-down") {
      await this.#drain();
      await this.#perform(this.#apply({ kind: "drained" }));
    }
  }

  #drain(): Promise<void> {
    return new Promise((resolve) => {
      this.#drained.add(resolve);
      this.#tellDrained();
    });
  }

  #tellDrained(): void {
    if (this.#writesUnderWay === 0) {
      for (const resolve of this.#drained) {
        resolve();
      }
      this.#drained.clear();
    }
  }

  #pauseClaims(durationMs: number): void {
    this.#claimsFrom = plusMs(this.#deps.clock.monotonic(), durationMs);
  }

  #schedule(delayMs: number): void {
    this.#cancel?.();
    if (this.#isRunning && this.#turn === undefined) {
      this.#cancel = this.#deps.scheduler.after(delayMs, () => {
        this.#turn = this.#takeTurn().finally(() => {
          this.#turn = undefined;
          this.#schedule(this.#delayMs());
        });
      });
    }
  }

  #delayMs(): number {
    const { pollMs, renewalMs } = this.#deps.context.timings;
    if (this.#state.kind === "active") {
      return renewalMs;
    }
    const until = this.#hurriedUntil;
    const isHurried = until !== undefined && this.#deps.clock.monotonic() < until;
    return isHurried ? Math.min(HURRIED_POLL_MS, pollMs) : pollMs;
  }

  async #takeTurn(): Promise<void> {
    this.#apply({ kind: "tick", now: this.#deps.clock.monotonic() });
    switch (this.#state.kind) {
      case "active":
      case "suspended":
        await this.#renew(this.#state.id);
        break;
      case "standby":
        await this.#look();
        break;
      case "claiming":
      case "stepping-down":
        break;
    }
    this.#apply({ kind: "tick", now: this.#deps.clock.monotonic() });
  }

  async #look(): Promise<void> {
    if (!this.#mayClaim) {
      return;
    }
    const read = await this.#attempt("read", () => this.#deps.database.mastership.read());
    if (read !== undefined) {
      this.#lastProblem = this.#lastProblem instanceof Error ? undefined : this.#lastProblem;
      this.#deps.observer.looked?.(read);
    }
    if (read !== undefined && this.#mayClaimNow()) {
      const at = this.#deps.clock.monotonic();
      const proof = this.#deps.proofFor?.(read);
      await this.#perform(this.#apply({ kind: "seen", read, at, proof }));
    }
  }

  /** Asked again after the read: the node may have been revoked, or told to stop, meanwhile. */
  #mayClaimNow(): boolean {
    const from = this.#claimsFrom;
    const isPaused = from !== undefined && this.#deps.clock.monotonic() < from;
    return this.#mayClaim && this.#isRunning && !isPaused;
  }

  async #renew(id: MastershipId): Promise<void> {
    const sentAt = this.#deps.clock.monotonic();
    const { mastership } = this.#deps.database;
    const { ttlMs } = this.#deps.context.timings;
    const isRenewed = await this.#attempt("renew", () => mastership.renew(id, ttlMs));
    if (isRenewed !== undefined) {
      this.#apply(isRenewed ? { kind: "renewed", id, sentAt } : { kind: "fence-moved", id });
    }
  }

  async #claim(seen: FenceAndLease, basis: ClaimBasis): Promise<void> {
    const sentAt: MonotonicMs = this.#deps.clock.monotonic();
    const decision = await this.#attempt("claim", () =>
      this.#deps.database.mastership.claim((locked, stores) =>
        this.#deps.decide(locked, stores, { seen, basis }),
      ),
    );
    if (decision?.kind === "claim") {
      this.#lastProblem = undefined;
      this.#apply({ kind: "claimed", id: decision.mastership, sentAt });
      if (!this.#mayClaim) {
        await this.#stepDown(); // it was told so while the claim was under way
      }
      return;
    }
    this.#claimFailed(decision?.reason);
    this.#apply({ kind: "claim-ended-without" });
  }

  /** Who cannot have the role asks less often: each attempt locks the fence against others. */
  #claimFailed(reason: ClaimRefusal | undefined): void {
    if (reason !== undefined) {
      this.#lastProblem = reason;
      this.#deps.observer.refused?.(reason);
    }
    if (reason === undefined || !PASSING.has(reason)) {
      this.#pauseClaims(REFUSED_POLLS * this.#deps.context.timings.pollMs);
    }
  }

  async #perform(actions: readonly MastershipAction[]): Promise<void> {
    for (const action of actions) {
      if (action.kind === "claim") {
        await this.#claim(action.seen, action.basis);
      } else if (action.kind === "release") {
        await this.#attempt("release", () => this.#deps.database.mastership.release(action.id));
      }
    }
  }

  #apply(event: MastershipEvent): readonly MastershipAction[] {
    const { state, actions } = stepMastership(this.#state, event, this.#deps.context);
    this.#state = state;
    this.#deps.observer.changed(state);
    for (const action of actions) {
      if (action.kind === "announce") {
        this.#deps.observer.announced(action);
      }
    }
    if (this.#state.kind === "active") {
      for (const waiter of [...this.#waiting]) {
        waiter.active();
      }
    }
    return actions;
  }

  async #attempt<T>(what: LoopRequest, request: () => Promise<T>): Promise<T | undefined> {
    try {
      return await request();
    } catch (error) {
      if (what !== "release") {
        this.#lastProblem = error instanceof Error ? error : undefined;
      }
      this.#deps.observer.failed(what, error);
      return undefined;
    }
  }
}

/** Somebody who waits for the role. */
interface Waiter {
  active(): void;
  given(error: Error): void;
}

const REFUSALS = {
  "fence-moved": "another node took the role at the same moment; run the command there",
  "lease-valid": "another node holds the role; stop it, or run the command there",
  "not-designated": "another node is designated, and only that one may take the role",
  "not-a-candidate": "this node's warrant is not that of a live candidate",
  "keyring-incomplete": "this node does not hold every version of the master secret",
  "charter-moved": "the charter was changed by something else meanwhile; try again",
} as const satisfies Record<ClaimRefusal, string>;

/** What kept a node from the role, as far as that is known. */
function whyNotMaster(problem: ClaimRefusal | Error | undefined): Error {
  switch (problem) {
    case undefined:
    case "fence-moved":
    case "lease-valid":
      return new CodedError("master-secret-server-active", {
        detail: REFUSALS[problem ?? "lease-valid"],
      });
    case "charter-moved":
      return new CodedError("revision-conflict", { detail: REFUSALS[problem] });
    case "not-designated":
    case "not-a-candidate":
    case "keyring-incomplete":
      return new CodedError("not-master-secret-server", { detail: REFUSALS[problem] });
    default:
      return problem;
  }
}
