import type { NodeId, Warrant } from "@chatelaine/crypto";
import type { MastershipId } from "../domain/mastership/mastership-store.ts";
import type { Cancel } from "../platform/scheduler.ts";
import type { Beat } from "./peer-acts.ts";
import type { Peers, WatchEnd } from "./peers.ts";

export interface MasterWatchObserver {
  beat(beat: Beat): void;
  ended(nodeId: NodeId, mastership: MastershipId | undefined, reason: WatchEnd): void;
}

interface Stream {
  readonly nodeId: NodeId;
  cancel: Cancel;
}

/** At most one stream of beats: to the node that was master secret server when it last answered. */
export class MasterWatch {
  readonly #peers: Peers;
  readonly #observer: MasterWatchObserver;
  #stream: Stream | undefined;
  #mastership: MastershipId | undefined;

  constructor(peers: Peers, observer: MasterWatchObserver) {
    this.#peers = peers;
    this.#observer = observer;
  }

  /** Opens a stream to that node unless there is one. */
  follow(target: Warrant, { epoch, claimId }: MastershipId): void {
    this.#mastership = { epoch, claimId };
    if (this.#stream?.nodeId !== target.nodeId) {
      this.end();
      this.#open(target);
    }
  }

  end(): void {
    const stream = this.#stream;
    this.#stream = undefined;
    stream?.cancel();
  }

  #open({ nodeId, tlsKey, addresses }: Warrant): void {
    const stream: Stream = { nodeId, cancel: () => undefined };
    this.#stream = stream;
    stream.cancel = this.#peers.watch(
      { nodeId, tlsKey, addresses },
      {
        beat: (beat) => {
          if (this.#stream === stream) {
            this.#observer.beat(beat);
          }
        },
        ended: (reason) => {
          if (this.#stream === stream) {
            this.#stream = undefined;
            this.#observer.ended(nodeId, this.#mastership, reason);
          }
        },
      },
    );
  }
}
