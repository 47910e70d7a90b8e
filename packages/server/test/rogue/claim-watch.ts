import type { SsoDatabase } from "../../src/domain/store/sso-database.ts";

/** Looks at fence and lease, also of its follower, after which a node that could claim has tried. */
const LOOKS_BEFORE_CLAIM = 4;

/** Tells, without a clock, when a node on standby has done what it will do about the role. */
export class ClaimWatch {
  readonly database: SsoDatabase;
  /** Resolves after the first attempt to claim, or when the node has looked and did not try. */
  readonly settled: Promise<void>;
  hasClaimed = false;
  #looks = 0;
  #settle: () => void;

  constructor(database: SsoDatabase) {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.settled = promise;
    this.#settle = () => {
      resolve(undefined);
    };
    this.database = this.#watched(database);
  }

  /** Resolves at the end of the next attempt to claim: whether it succeeded. */
  async nextClaim(): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.#looks = Number.NEGATIVE_INFINITY;
    this.#settle = () => {
      resolve(undefined);
    };
    await promise;
    return this.hasClaimed;
  }

  #watched(database: SsoDatabase): SsoDatabase {
    const { mastership } = database;
    return {
      kind: database.kind,
      mastership: {
        read: () => {
          this.#looks += 1;
          if (this.#looks > LOOKS_BEFORE_CLAIM) {
            this.#settle();
          }
          return mastership.read();
        },
        claim: async (decide) => {
          try {
            const decision = await mastership.claim(decide);
            this.hasClaimed ||= decision.kind === "claim";
            return decision;
          } finally {
            this.#settle();
          }
        },
        designate: (decide) => mastership.designate(decide),
        renew: (id, ttlMs) => mastership.renew(id, ttlMs),
        release: (id) => mastership.release(id),
        history: (after, limit) => mastership.history(after, limit),
      },
      read: (run) => database.read(run),
      write: (run) => database.write(run),
      fenced: (id, act, run) => database.fenced(id, act, run),
      durability: () => database.durability(),
      close: () => database.close(),
    };
  }
}
