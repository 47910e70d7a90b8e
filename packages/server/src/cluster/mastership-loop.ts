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
import type {
  ClaimDecision,
  FenceAndLease,
  MastershipId,
} from "../domain/mastership/mastership-store.ts";
import type { FencedStores, ReadStores, SsoDatabase } from "../domain/store/sso-database.ts";
import type { Clock, MonotonicMs } from "../platform/clock.ts";
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
  ) => Promise<ClaimDecision>;
  readonly observer: MastershipObserver;
}

/** Told of what happened; decides nothing here. */
export interface MastershipObserver {
  /** After every step. */
  changed(state: Mastership): void;
  announced(action: Extract<MastershipAction, { kind: "announce" }>): void;
  /** A request to the database failed; the loop goes on. */
  failed(what: "read" | "claim" | "renew" | "release", error: unknown): void;
}

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
  #drained: (() => void) | undefined;
  readonly #waiting = new Set<() => void>();

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

  /** Whether this node may claim at all: it holds every version and the database is not behind. */
  setMayClaim(mayClaim: boolean): void {
    this.#mayClaim = mayClaim;
    if (mayClaim) {
      this.#schedule(0);
    }
  }

  /** Resolves when this node is master secret server; throws when `deadlineMs` has passed. */
  becomeMaster(deadlineMs: number): Promise<void> {
    if (this.#state.kind === "active") {
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const check = (): void => {
        if (this.#state.kind === "active") {
          this.#waiting.delete(check);
          cancel();
          resolve();
        }
      };
      const cancel = this.#deps.scheduler.after(deadlineMs, () => {
        this.#waiting.delete(check);
        reject(
          new CodedError("master-secret-server-active", {
            detail:
              "another node holds the role of master secret server; stop it, or run the " +
              "command there",
          }),
        );
      });
      this.#waiting.add(check);
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
      return await this.#deps.database.fenced(state.id, act, run);
    } catch (error) {
      this.#afterFailedWrite(state.id, error);
      throw error;
    } finally {
      this.#writesUnderWay -= 1;
      this.#drained?.();
    }
  }

  /** Gives the role up and stops; fenced writes under way end first. */
  async stop(): Promise<void> {
    this.#isRunning = false;
    this.#cancel?.();
    await this.#turn;
    this.#apply({ kind: "step-down-asked" });
    await this.#drain();
    const actions = this.#apply({ kind: "drained" });
    await this.#perform(actions);
  }

  /** A broken invariant ends the mastership: whatever this process does next is not believed. */
  #afterFailedWrite(id: MastershipId, error: unknown): void {
    if (isCoded(error, "epoch-fenced")) {
      this.#apply({ kind: "fence-moved", id });
    } else if (error instanceof Defect) {
      void this.stop();
    }
  }

  #drain(): Promise<void> {
    return new Promise((resolve) => {
      this.#drained = () => {
        if (this.#writesUnderWay === 0) {
          this.#drained = undefined;
          resolve();
        }
      };
      this.#drained();
    });
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
    return this.#state.kind === "active" ? renewalMs : pollMs;
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
      const at = this.#deps.clock.monotonic();
      await this.#perform(this.#apply({ kind: "seen", read, at }));
    }
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
    this.#apply(
      decision?.kind === "claim"
        ? { kind: "claimed", id: decision.mastership, sentAt }
        : { kind: "claim-ended-without" },
    );
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
    for (const check of [...this.#waiting]) {
      check();
    }
    return actions;
  }

  async #attempt<T>(
    what: "read" | "claim" | "renew" | "release",
    request: () => Promise<T>,
  ): Promise<T | undefined> {
    try {
      return await request();
    } catch (error) {
      this.#deps.observer.failed(what, error);
      return undefined;
    }
  }
}
