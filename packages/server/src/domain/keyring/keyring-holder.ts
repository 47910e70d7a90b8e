import type { Keyring } from "@chatelaine/crypto";
import { CodedError } from "../../base/coded-error.ts";
import type { Clock, MonotonicMs } from "../../platform/clock.ts";
import { NOTHING_SEEN, type Seen } from "../charter/seen.ts";
import type { MastershipId } from "../mastership/mastership-store.ts";
import { CACHED_SECRET_TIMINGS } from "./cached-secret-timings.ts";
import {
  EMPTY,
  stepCachedSecret,
  type CachedSecret,
  type CachedSecretAction,
  type CachedSecretAnnouncement,
  type CachedSecretContext,
  type CachedSecretEvent,
} from "./cached-secret.ts";
import { RingReaders } from "./ring-readers.ts";

/** How a holder is followed: what it remembers from before, and who does what it asks for. */
export interface HolderFollower {
  readonly seen: Seen;
  readonly context: CachedSecretContext;
  announced(announcement: CachedSecretAnnouncement): void;
  /** Something higher was seen than before. */
  saw(seen: Seen): void;
  /** What the node waits for while it holds no keyring. */
  waitsFor(): string;
}

const NOBODY: HolderFollower = {
  seen: NOTHING_SEEN,
  context: CACHED_SECRET_TIMINGS,
  announced: () => undefined,
  saw: () => undefined,
  waitsFor: () => "the SSO database",
};

/** The keyring in this node's memory and whether it may be used. */
export class KeyringHolder {
  readonly #clock: Clock;
  readonly #readers = new RingReaders();
  #follower = NOBODY;
  #state: CachedSecret = EMPTY;
  #ring: Keyring | undefined;
  #confirmedUntil: MonotonicMs | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  followedBy(follower: HolderFollower): void {
    this.#follower = follower;
    this.#apply({ kind: "remembered", seen: follower.seen });
  }

  state(): CachedSecret["kind"] {
    return this.details().kind;
  }

  /** The state at this moment: a confirmation that has run out is none. */
  details(): CachedSecret {
    this.#apply({ kind: "tick", now: this.#clock.monotonic() });
    return this.#state;
  }

  get seen(): Seen {
    return this.#state.seen;
  }

  /** How long ago the last confirmation was asked for, in ms; undefined: there was none. */
  confirmedAgoMs(): number | undefined {
    const until = this.#confirmedUntil;
    return until && this.#clock.monotonic() - (until - this.#follower.context.graceMs);
  }

  /**
   * Takes the ring over; the one held before is erased when nobody reads with it any more. False,
   * and the ring is erased, if it is older than the one held (P2), or the node is revoked.
   */
  opened(ring: Keyring, mastership?: MastershipId): boolean {
    const { incarnation } = this.#state.seen;
    const keyring = { incarnation, revision: ring.revision, mastership };
    const actions = this.#apply({ kind: "opened", keyring });
    if (this.#state.kind === "revoked" || actions.some(isKeyringRefused)) {
      ring.erase();
      return false;
    }
    const before = this.#ring;
    this.#ring = ring;
    if (before !== undefined && before !== ring) {
      this.#readers.retire(before);
    }
    return true;
  }

  /** Returns what is to be done now. */
  apply(
    event: Exclude<CachedSecretEvent, { kind: "opened" | "remembered" }>,
  ): readonly CachedSecretAction[] {
    return this.#apply(event);
  }

  held(): Keyring | undefined {
    return this.#ring;
  }

  /**
   * For reading. Throws `master-secret-unavailable`. P1: needs no fresh confirmation. The ring is
   * good for as long as the `reading` around it runs.
   */
  forReading(): Keyring {
    if (this.#ring === undefined) {
      throw new CodedError("master-secret-unavailable", {
        detail:
          this.#state.kind === "revoked"
            ? "the charter revokes this node; ask another one"
            : `this node holds no master secret yet: it waits for ${this.#follower.waitsFor()}`,
      });
    }
    return this.#ring;
  }

  /** For sealing. Throws `master-secret-server-unavailable` without a fresh confirmation (P5). */
  forSealing(): Keyring {
    const ring = this.forReading();
    if (this.state() !== "confirmed") {
      throw new CodedError("master-secret-server-unavailable", {
        detail:
          "values can be read but nothing new can be sealed until there is a master secret " +
          "server again; `chatelaine status` says who it was",
      });
    }
    return ring;
  }

  /** Keeps every ring that `run` may use from being erased until it has ended. */
  reading<T>(run: () => Promise<T>): Promise<T> {
    return this.#readers.reading(run);
  }

  /** Erases everything at once, whoever reads: the process ends. */
  erase(): void {
    this.#ring?.erase();
    this.#ring = undefined;
    this.#readers.eraseNow();
  }

  #apply(event: CachedSecretEvent): readonly CachedSecretAction[] {
    const before = this.#state.seen;
    const { state, actions } = stepCachedSecret(this.#state, event, this.#follower.context);
    this.#state = state;
    this.#confirmedUntil = state.kind === "confirmed" ? state.until : this.#confirmedUntil;
    if (state.seen !== before && event.kind !== "remembered") {
      this.#follower.saw(state.seen);
    }
    for (const action of actions) {
      if (action.kind === "erase-keyring") {
        this.#retire();
      } else if (action.kind === "announce") {
        this.#follower.announced(action);
      }
    }
    return actions;
  }

  #retire(): void {
    const ring = this.#ring;
    this.#ring = undefined;
    if (ring !== undefined) {
      this.#readers.retire(ring);
    }
  }
}

function isKeyringRefused(action: CachedSecretAction): boolean {
  return action.kind === "announce" && action.what === "keyring-refused";
}
