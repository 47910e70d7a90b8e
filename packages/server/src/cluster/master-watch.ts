import type { NodeId, Warrant } from "@chatelaine/crypto";
import type { MastershipId } from "../domain/mastership/mastership-store.ts";
import type { ProcessId } from "../domain/mastership/proof-of-death.ts";
import type { Clock, MonotonicMs } from "../platform/clock.ts";
import type { Cancel } from "../platform/scheduler.ts";
import type { Beat } from "./peer-acts.ts";
import type { Peers, PeerTarget, WatchEnd } from "./peers.ts";

/** Who said on a stream that it is master secret server, and under which mastership. */
export interface WatchedMaster {
  readonly nodeId: NodeId;
  readonly process: ProcessId;
  readonly mastership: MastershipId;
}

export interface MasterWatchObserver {
  /** `openedAt`: when the stream was opened on which it came. */
  beat(nodeId: NodeId, beat: Beat, openedAt: MonotonicMs): void;
  /** `master`: whose stream it was by its last beat; undefined if that one was not, or none came. */
  ended(master: WatchedMaster | undefined, reason: WatchEnd): void;
}

interface Stream {
  readonly target: PeerTarget;
  readonly openedAt: MonotonicMs;
  last: Beat | undefined;
  cancel: Cancel;
}

/** At most one stream of beats: to the node that was master secret server when it last answered. */
export class MasterWatch {
  readonly #peers: Peers;
  readonly #clock: Clock;
  readonly #observer: MasterWatchObserver;
  #stream: Stream | undefined;

  constructor(peers: Peers, clock: Clock, observer: MasterWatchObserver) {
    this.#peers = peers;
    this.#clock = clock;
    this.#observer = observer;
  }

  /** Opens a stream to that node unless there is one. */
  follow({ nodeId, tlsKey, addresses }: Warrant): void {
    if (this.#stream?.target.nodeId !== nodeId) {
      this.end();
      this.#open({ nodeId, tlsKey, addresses });
    }
  }

  end(): void {
    const stream = this.#stream;
    this.#stream = undefined;
    stream?.cancel();
  }

  #open(target: PeerTarget): void {
    const openedAt = this.#clock.monotonic();
    const stream: Stream = { target, openedAt, last: undefined, cancel: () => undefined };
    this.#stream = stream;
    stream.cancel = this.#peers.watch(target, {
      beat: (beat) => {
        if (this.#stream === stream) {
          stream.last = beat;
          this.#observer.beat(target.nodeId, beat, openedAt);
        }
      },
      ended: (reason) => {
        if (this.#stream === stream) {
          this.#stream = undefined;
          this.#observer.ended(masterOf(stream), reason);
          this.#openAgain(stream, reason);
        }
      },
    });
  }

  /** Somebody answers where the stream has come from: it is heard at once who that is by now. */
  #openAgain({ target, last }: Stream, reason: WatchEnd): void {
    if (reason.kind === "closed" && last !== undefined && this.#stream === undefined) {
      this.#open(target);
    }
  }
}

function masterOf({ target: { nodeId }, last }: Stream): WatchedMaster | undefined {
  if (last?.isMaster !== true) {
    return undefined;
  }
  const { process, epoch, claimId } = last;
  return { nodeId, process, mastership: { epoch, claimId } };
}
