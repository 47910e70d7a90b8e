import type { RandomSource } from "@chatelaine/crypto";
import { CodedError, isCoded } from "../base/coded-error.ts";
import type { MastershipId, MastershipStore } from "../domain/mastership/mastership-store.ts";
import {
  CLOSED,
  refusesRequests,
  stepCircuit,
  type CircuitEvent,
  type DatabaseCircuit,
} from "../domain/outage/database-circuit.ts";
import type {
  FencedStores,
  ReadStores,
  SsoDatabase,
  WriteStores,
} from "../domain/store/sso-database.ts";
import type { Cancel, Scheduler } from "../platform/scheduler.ts";

export interface GuardedDatabaseDeps {
  readonly database: SsoDatabase;
  readonly scheduler: Scheduler;
  readonly random: RandomSource;
  /** Told when the database is found to be away, and when it is back. */
  readonly observer: { lost(): void; back(): void };
}

/** A database that has not answered a probe by then is away. */
const PROBE_MS_MAX = 2000;

/**
 * The database behind a circuit: while it is known to be away every request is refused at once
 * with `database-unavailable`, and only a probe meets it until it answers again. Requests that are
 * under way when the circuit opens are refused too, so that none waits for a time-out of its own:
 * a write that had begun with `outcome-unknown`, because it may still be made.
 */
export class GuardedDatabase implements SsoDatabase {
  readonly mastership: MastershipStore<ReadStores, FencedStores>;
  readonly #deps: GuardedDatabaseDeps;
  readonly #underWay = new Set<() => void>();
  #state: DatabaseCircuit = CLOSED;
  #cancel: Cancel | undefined;
  #isClosed = false;

  constructor(deps: GuardedDatabaseDeps) {
    this.#deps = deps;
    const inner = deps.database.mastership;
    this.mastership = {
      read: () => this.#pass(() => inner.read()),
      claim: (decide) => this.#pass(() => inner.claim(decide)),
      designate: (decide) => this.#pass(() => inner.designate(decide)),
      renew: (id, ttlMs) => this.#pass(() => inner.renew(id, ttlMs)),
      release: (id) => this.#pass(() => inner.release(id)),
      history: (after, limit) => this.#pass(() => inner.history(after, limit)),
    };
  }

  get kind(): SsoDatabase["kind"] {
    return this.#deps.database.kind;
  }

  /** False while it is known to be away. */
  get isReachable(): boolean {
    return !refusesRequests(this.#state);
  }

  read<T>(run: (stores: ReadStores) => Promise<T>): Promise<T> {
    return this.#pass(() => this.#orLost(() => away(), this.#deps.database.read(run)));
  }

  write<T>(run: (stores: WriteStores) => Promise<T>): Promise<T> {
    const fate = { hasBegun: false, isGivenUp: false };
    const begin = (stores: WriteStores): Promise<T> => {
      if (fate.isGivenUp) {
        throw away(); // its caller was told that nothing was done, and so it must be
      }
      fate.hasBegun = true;
      return run(stores);
    };
    const lost = (): CodedError => {
      fate.isGivenUp = true;
      return fate.hasBegun ? new CodedError("outcome-unknown") : away();
    };
    return this.#pass(() => this.#orLost(lost, this.#deps.database.write(begin)));
  }

  fenced<T>(
    mastership: MastershipId,
    act: string,
    run: (stores: FencedStores) => Promise<T>,
  ): Promise<T> {
    return this.#pass(() => this.#deps.database.fenced(mastership, act, run));
  }

  durability(): ReturnType<SsoDatabase["durability"]> {
    return this.#pass(() => this.#deps.database.durability());
  }

  async close(): Promise<void> {
    this.abandon();
    await this.#deps.database.close();
  }

  /** Looks for the database no more; whoever opened it closes it. */
  abandon(): void {
    this.#isClosed = true;
    this.#cancel?.();
  }

  async #pass<T>(request: () => Promise<T>): Promise<T> {
    if (!this.isReachable) {
      throw away();
    }
    try {
      return await request();
    } catch (error) {
      if (isCoded(error, "database-unavailable", "outcome-unknown")) {
        this.#apply({ kind: "request-failed" });
      }
      throw error;
    }
  }

  /** As `request` ends, or with what `lost` makes if the circuit opens before. */
  #orLost<T>(lost: () => CodedError, request: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const giveUp = (): void => {
        reject(lost());
      };
      this.#underWay.add(giveUp);
      request
        .finally(() => {
          this.#underWay.delete(giveUp);
        })
        .then(resolve, reject);
    });
  }

  #apply(event: CircuitEvent): void {
    if (this.#isClosed) {
      return;
    }
    const wasReachable = this.isReachable;
    const { state, action } = stepCircuit(this.#state, event);
    this.#state = state;
    if (action?.kind === "probe") {
      void this.#probe();
    } else if (action?.kind === "wait") {
      this.#cancel = this.#deps.scheduler.after(action.delayMs, () => {
        this.#apply({ kind: "wait-over" });
      });
    }
    this.#tell(wasReachable);
  }

  #tell(wasReachable: boolean): void {
    if (wasReachable && !this.isReachable) {
      this.#deps.observer.lost();
      for (const giveUp of [...this.#underWay]) {
        giveUp();
      }
    } else if (!wasReachable && this.isReachable) {
      this.#deps.observer.back();
    }
  }

  async #probe(): Promise<void> {
    this.#apply(
      (await this.#answers())
        ? { kind: "probe-succeeded" }
        : { kind: "probe-failed", chance: (this.#deps.random.bytes(1)[0] ?? 0) / 256 },
    );
  }

  /** A file that another process holds is there: it need not be looked for. */
  async #answers(): Promise<boolean> {
    const { database, scheduler } = this.#deps;
    const late = Promise.withResolvers<boolean>();
    const cancel = scheduler.after(PROBE_MS_MAX, () => {
      late.resolve(false);
    });
    const answer = (database.ping?.() ?? database.read(({ system }) => system.find())).then(
      () => true,
      (error: unknown) => !isCoded(error, "database-unavailable", "outcome-unknown"),
    );
    try {
      return await Promise.race([answer, late.promise]);
    } finally {
      cancel();
    }
  }
}

function away(): CodedError {
  return new CodedError("database-unavailable", {
    detail: "The database is away; this node looks for it until it answers again.",
  });
}
