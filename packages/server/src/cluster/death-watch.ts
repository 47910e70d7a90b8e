import type { NodeId } from "@chatelaine/crypto";
import type { EventSink } from "../domain/event/event-sink.ts";
import type { FenceAndLease } from "../domain/mastership/mastership-store.ts";
import {
  NO_LIFE_SIGNS,
  proofFor,
  stepLifeSigns,
  type LifeEvent,
  type ProcessId,
  type ProofOfDeath,
  type ProofTimings,
} from "../domain/mastership/proof-of-death.ts";
import type { Clock, MonotonicMs } from "../platform/clock.ts";
import type { Beat } from "./peer-acts.ts";
import type { WatchedMaster } from "./master-watch.ts";

export interface DeathWatchDeps {
  readonly clock: Clock;
  readonly events: EventSink;
  readonly timings: ProofTimings;
  /** There is a proof now where there was none. */
  readonly proved: () => void;
}

/** Whether the process that holds the role lives, as far as this node has heard and seen. */
export class DeathWatch {
  readonly #deps: DeathWatchDeps;
  #state = NO_LIFE_SIGNS;

  constructor(deps: DeathWatchDeps) {
    this.#deps = deps;
  }

  /** Fence and lease were read. */
  looked(read: FenceAndLease): void {
    this.#apply({ kind: "read", read, at: this.#deps.clock.monotonic() });
  }

  /** A node answered, or sent a beat on a stream that was opened then. */
  heard(nodeId: NodeId, beat: Beat, askedAt: MonotonicMs): void {
    const { epoch, claimId, isMaster, process } = beat;
    const holds = isMaster ? { epoch, claimId } : undefined;
    const sign = { nodeId, process, holds, askedAt };
    this.#apply({ kind: "heard", sign, at: this.#deps.clock.monotonic() });
  }

  /** A process of a node asks this one for something. */
  asked(nodeId: NodeId, process: ProcessId): void {
    const at = this.#deps.clock.monotonic();
    this.#apply({ kind: "heard", sign: { nodeId, process, holds: undefined, askedAt: at }, at });
  }

  /** The stream from a master secret server broke, and its address refuses. */
  refused({ nodeId, process, mastership }: WatchedMaster, address: string): void {
    const at = this.#deps.clock.monotonic();
    this.#apply({ kind: "refused", of: mastership, nodeId, process, address, at });
  }

  /** The proof on which the mastership may be claimed that was read just now. */
  proofFor(read: FenceAndLease): ProofOfDeath | undefined {
    const at = this.#deps.clock.monotonic();
    return proofFor(this.#state, { read, at }, this.#deps.timings);
  }

  #apply(event: LifeEvent): void {
    const before = this.#state.proof;
    const { state, contradicted } = stepLifeSigns(this.#state, event, this.#deps.timings);
    this.#state = state;
    if (contradicted !== undefined) {
      const { nodeId: node, address } = contradicted;
      this.#deps.events.raise("mastership.lives-after-all", { node, address });
    }
    if (state.proof !== undefined && before === undefined) {
      this.#deps.proved();
    }
  }
}
