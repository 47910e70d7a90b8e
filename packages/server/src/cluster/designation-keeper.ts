import type { NodeId } from "@chatelaine/crypto";
import type { FenceAndLease } from "../domain/mastership/mastership-store.ts";
import {
  DESIGNATION_QUIET,
  stepDesignationWatch,
  type DesignationWatch,
} from "../domain/mastership/designation-watch.ts";
import type { EventSink } from "../domain/event/event-sink.ts";
import type { Roster } from "../domain/node/roster.ts";
import type { MonotonicMs } from "../platform/clock.ts";
import type { DesignationSeen } from "./waiting-for.ts";

export interface DesignationKeeperDeps {
  readonly nodeId: NodeId;
  readonly patienceMs: number;
  readonly events: EventSink;
  /** Whether this node could claim now, if it is designated. */
  readonly canClaim: () => boolean;
}

/** What people type when the designated node is lost; part of the event, and so of the webhook. */
const COMMANDS = "chatelaine master designate NODE; there: chatelaine secret restore FILE";

/** Who was designated when the fence was last read, and what has to be told of it. */
export class DesignationKeeper {
  readonly #deps: DesignationKeeperDeps;
  #watch: DesignationWatch = DESIGNATION_QUIET;
  #designated: NodeId | undefined;
  #toldWaiting = false;

  constructor(deps: DesignationKeeperDeps) {
    this.#deps = deps;
  }

  /** As far as it explains what this node waits for. */
  seen(roster: Roster): DesignationSeen {
    const designated = this.#designated;
    if (this.waitsForBackup) {
      return { kind: "own" };
    }
    return designated === undefined || designated === this.#deps.nodeId
      ? { kind: "none" }
      : { kind: "other", name: roster.find(designated)?.name ?? designated };
  }

  /** Whether this node is designated and cannot have the role before a restore. */
  get waitsForBackup(): boolean {
    return this.#designated === this.#deps.nodeId && !this.#deps.canClaim();
  }

  looked(read: FenceAndLease, at: MonotonicMs): void {
    this.#designated = read.fence.designatedNode;
    const { state, lost } = stepDesignationWatch(this.#watch, { read, at }, this.#deps);
    this.#watch = state;
    if (lost !== undefined) {
      this.#deps.events.raise("mastership.designated-lost", { node: lost, commands: COMMANDS });
    }
    this.#tellWaiting();
  }

  /** A master secret server works: whoever was designated before, it waits for nothing. */
  masterWorks(): void {
    this.#designated = undefined;
    this.#watch = DESIGNATION_QUIET;
    this.#toldWaiting = false;
  }

  #tellWaiting(): void {
    if (this.waitsForBackup && !this.#toldWaiting) {
      this.#deps.events.raise("mastership.waits-for-backup", {
        commands: "chatelaine secret restore FILE",
      });
    }
    this.#toldWaiting = this.waitsForBackup;
  }
}
