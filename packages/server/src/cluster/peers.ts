import type { NodeId } from "@chatelaine/crypto";
import type { Cancel } from "../platform/scheduler.ts";
import type { Beat, PeerAct, PeerAnswer, PeerRequest } from "./peer-acts.ts";

/** A node to be asked: what its warrant says of it. */
export interface PeerTarget {
  readonly nodeId: NodeId;
  /** P-256, SubjectPublicKeyInfo: whoever answers must prove to hold this key. */
  readonly tlsKey: Uint8Array;
  /** `HOST:PORT`, tried in order. */
  readonly addresses: readonly string[];
}

/** The other nodes, reached over mutual TLS. */
export interface Peers {
  /**
   * Asks one node. Throws what its handler threw, or `node-unreachable` if no address answered
   * within `deadlineMs`, in which case nothing is known of the outcome.
   */
  call<Act extends PeerAct>(
    target: PeerTarget,
    act: Act,
    request: PeerRequest<Act>,
    deadlineMs: number,
  ): Promise<PeerAnswer<Act>>;

  /** Listens to the beats of one node until cancelled, or until `ended` is called once. */
  watch(target: PeerTarget, observer: WatchObserver): Cancel;
}

export interface WatchObserver {
  beat(beat: Beat): void;
  /** The stream broke, or no beat came for `BEAT_MISSING_MS`. Not called after cancelling. */
  ended(reason: WatchEnd): void;
}

/**
 * Why a stream ended. `refused`: the very address that had answered under this mastership now
 * refuses connections, which is what a dead process looks like (and a firewall's REJECT).
 */
export type WatchEnd =
  | { readonly kind: "closed" }
  | { readonly kind: "silent" }
  | { readonly kind: "refused"; readonly address: string };

/** How often a beat is sent. */
export const BEAT_MS = 1000;
/** After so long without a beat the stream counts as broken. */
export const BEAT_MISSING_MS = 3000;
