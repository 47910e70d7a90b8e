import type { Charter, Warrant } from "@chatelaine/crypto";
import type { EventCode, Health } from "@chatelaine/protocol";
import type { Auditor } from "../domain/audit/auditor.ts";
import { CodedError, isCoded } from "../base/coded-error.ts";
import { seenAfter, type Seen, type SeenStore } from "../domain/charter/seen.ts";
import type { Trust } from "../domain/charter/trust.ts";
import type { EventSink } from "../domain/event/event-sink.ts";
import type { KeyringHolder } from "../domain/keyring/keyring-holder.ts";
import { decideClaim } from "../domain/mastership/decide-claim.ts";
import type { Mastership, MastershipAction } from "../domain/mastership/mastership.ts";
import type { MastershipTimings } from "../domain/mastership/mastership-timings.ts";
import type { NodeSelf } from "../domain/node/node-identity.ts";
import { openNode, type KeyringOpening, type OpenedNode } from "../domain/system/open-node.ts";
import type { SsoDatabase } from "../domain/store/sso-database.ts";
import type { Clock } from "../platform/clock.ts";
import type { Scheduler } from "../platform/scheduler.ts";
import type { RandomSource } from "@chatelaine/crypto";
import { MastershipLoop } from "./mastership-loop.ts";

export interface SsoServiceDeps {
  readonly database: SsoDatabase;
  readonly self: NodeSelf;
  readonly trust: Trust;
  readonly holder: KeyringHolder;
  readonly seen: SeenStore;
  readonly effects: ServiceEffects;
}

export interface ServiceEffects {
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly random: RandomSource;
  readonly events: EventSink;
  readonly auditor: Auditor;
  readonly timings: MastershipTimings;
}

/** What a node that waits for something says it waits for. */
const WAITING_FOR = {
  missing: "a keyring: run `chatelaine secret restore FILE` with a backup",
  "not-opened":
    "a keyring that this node's key opens: run `chatelaine secret restore FILE` with a backup",
  mismatch: "the keyring of the charter: run `chatelaine secret restore FILE` with a backup",
} as const satisfies Record<Exclude<KeyringOpening["kind"], "opened">, string>;

const KEYRING_EVENTS = {
  opened: "master-secret.opened",
  missing: "master-secret.missing",
  "not-opened": "master-secret.not-opened",
  mismatch: "master-secret.mismatch",
} as const satisfies Record<KeyringOpening["kind"], EventCode>;

const ROLE_EVENTS = {
  acquired: "mastership.acquired",
  suspended: "mastership.suspended",
  resumed: "mastership.resumed",
  lost: "mastership.lost",
  released: "mastership.released",
} as const satisfies Record<Announcement["what"], EventCode>;

type Announcement = Extract<MastershipAction, { kind: "announce" }>;

/** One running node: its keyring, its part in the mastership, and what it can do right now. */
export class SsoService {
  readonly loop: MastershipLoop;
  readonly #deps: SsoServiceDeps;
  readonly #opened: OpenedNode;
  #seen: Seen;
  #isDatabaseLost = false;

  private constructor(deps: SsoServiceDeps, opened: OpenedNode, seen: Seen) {
    this.#deps = deps;
    this.#opened = opened;
    this.#seen = seen;
    this.loop = this.#makeLoop();
  }

  /** Reads what the database says of this node, opens its keyring and starts its loop. */
  static async open(deps: SsoServiceDeps): Promise<SsoService> {
    const seen = await deps.seen.load();
    const opened = await openNode(deps, seen);
    const service = new SsoService(deps, opened, seen);
    await service.#begin();
    return service;
  }

  get charter(): Charter {
    return this.#opened.charter;
  }

  get warrant(): Warrant {
    return this.#opened.warrant;
  }

  health(): Health {
    const state = this.#deps.holder.state();
    const waitingFor = this.#waitingFor();
    return {
      canRead: this.#deps.holder.held() !== undefined,
      canSeal: state === "confirmed",
      isMaster: this.loop.state.kind === "active",
      ...(waitingFor !== undefined && { waitingFor }),
    };
  }

  /** Waits until this node is master secret server; a keyring must be held by now. */
  async becomeMaster(): Promise<void> {
    const { behind } = this.#opened;
    if (behind !== undefined) {
      throw new CodedError("database-behind", {
        detail: `${behind}; nothing is written to a database that went back in time`,
      });
    }
    const { ttlMs, expiryConfirmationMs, pollMs } = this.#deps.effects.timings;
    this.loop.setMayClaim(true);
    await this.loop.becomeMaster(2 * ttlMs + expiryConfirmationMs + pollMs);
  }

  async stop(): Promise<void> {
    await this.loop.stop();
    this.#deps.holder.erase();
  }

  #waitingFor(): string | undefined {
    if (this.#deps.holder.held() === undefined && this.#opened.keyring.kind !== "opened") {
      return WAITING_FOR[this.#opened.keyring.kind];
    }
    if (this.#opened.behind !== undefined) {
      return `a database that is not older than what this node has seen: ${this.#opened.behind}`;
    }
    return this.#deps.holder.state() === "confirmed" ? undefined : "a master secret server";
  }

  async #begin(): Promise<void> {
    const { keyring, charter, behind } = this.#opened;
    const { events } = this.#deps.effects;
    if (behind === undefined) {
      await this.#remember(seenAfter(this.#seen, charter, 0n));
    } else {
      events.raise("trust.database-behind", { difference: behind });
    }
    events.raise(KEYRING_EVENTS[keyring.kind], {
      keyringRevision: String(charter.keyringRevision),
    });
    if (keyring.kind === "opened") {
      this.#deps.holder.opened(keyring.ring);
      this.loop.setMayClaim(behind === undefined);
    }
    this.loop.start();
  }

  #makeLoop(): MastershipLoop {
    const { database, self, trust, holder } = this.#deps;
    const { clock, scheduler, random, auditor, timings } = this.#deps.effects;
    const context = {
      self,
      trust,
      keyring: holder,
      auditor,
      random,
      seenEpoch: () => this.#seen.epoch,
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
      observer: {
        changed: (state) => {
          this.#changed(state);
        },
        announced: (announcement) => {
          this.#announced(announcement);
        },
        failed: (_what, error) => {
          this.#failed(error);
        },
      },
    });
  }

  /** On the master secret server its own valid lease is the confirmation (P5). */
  #changed(state: Mastership): void {
    this.#deps.holder.apply(
      state.kind === "active"
        ? { kind: "confirmed", until: state.validUntil }
        : { kind: "unconfirmed" },
    );
    if (state.kind === "active" && this.#isDatabaseLost) {
      this.#isDatabaseLost = false;
      this.#deps.effects.events.raise("database.back");
    }
  }

  #announced({ what, id }: Announcement): void {
    this.#deps.effects.events.raise(ROLE_EVENTS[what], { epoch: String(id.epoch) });
    if (what === "acquired") {
      void this.#remember({ ...this.#seen, epoch: id.epoch });
    }
  }

  #failed(error: unknown): void {
    if (isCoded(error, "database-unavailable", "outcome-unknown") && !this.#isDatabaseLost) {
      this.#isDatabaseLost = true;
      this.#deps.effects.events.raise("database.lost");
    }
  }

  async #remember(seen: Seen): Promise<void> {
    this.#seen = seen;
    try {
      await this.#deps.seen.save(seen);
    } catch (error) {
      // Goes on: what is not remembered only makes a database that goes back harder to notice.
      this.#deps.effects.events.raise("node.state-not-saved", { reason: String(error) });
    }
  }
}
