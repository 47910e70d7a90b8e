import type { NodeId } from "@chatelaine/crypto";
import { CodedError } from "../../src/base/coded-error.ts";
import type {
  PeerAct,
  PeerAnswer,
  PeerHandlers,
  PeerRequest,
} from "../../src/cluster/peer-acts.ts";
import type { Peers, PeerTarget, WatchObserver } from "../../src/cluster/peers.ts";
import type { NodeSelf } from "../../src/domain/node/node-identity.ts";
import type { Roster } from "../../src/domain/node/roster.ts";
import type { Cancel } from "../../src/platform/scheduler.ts";

interface Listening {
  readonly handlers: PeerHandlers;
  readonly roster: Roster;
}

interface Stream {
  readonly from: NodeSelf;
  readonly to: NodeId;
  end(): void;
}

/** Nodes of one process that reach each other by calls, each known by its TLS key alone. */
export class MemoryNetwork {
  readonly #listening = new Map<NodeId, Listening>();
  readonly #cut = new Set<NodeId>();
  readonly #streams = new Set<Stream>();
  /** Every call that reached a node. */
  readonly calls: { readonly from: NodeId; readonly to: NodeId; readonly act: PeerAct }[] = [];

  listen(nodeId: NodeId, handlers: PeerHandlers, roster: Roster): void {
    this.#listening.set(nodeId, { handlers, roster });
  }

  /** The node is gone: its streams end. */
  leave(nodeId: NodeId): void {
    this.#listening.delete(nodeId);
    this.#endStreams(({ to }) => to === nodeId);
  }

  /** Nothing passes to or from that node any more, until it is mended. */
  cut(nodeId: NodeId): void {
    this.#cut.add(nodeId);
    this.#endStreams(({ from, to }) => from.nodeId === nodeId || to === nodeId);
  }

  mend(nodeId: NodeId): void {
    this.#cut.delete(nodeId);
  }

  /** Ends the streams of whoever is in no roster any more. */
  rosterChanged(nodeId: NodeId): void {
    this.#endStreams(({ from, to }) => to === nodeId && this.#callerAt(nodeId, from) === undefined);
  }

  peersOf(self: NodeSelf): Peers {
    return {
      call: async (target, act, request) => await this.#call(self, target, act, request),
      watch: (target, observer) => this.#watch(self, target, observer),
    };
  }

  async #call<Act extends PeerAct>(
    from: NodeSelf,
    target: PeerTarget,
    act: Act,
    request: PeerRequest<Act>,
  ): Promise<PeerAnswer<Act>> {
    const { handlers, caller } = this.#reach(from, target);
    this.calls.push({ from: from.nodeId, to: target.nodeId, act });
    if (act === "admit") {
      throw new TypeError("nobody joins over this network");
    }
    const handle = handlers[act as Exclude<Act, "admit">] as (
      by: typeof caller,
      what: PeerRequest<Act>,
    ) => Promise<PeerAnswer<Act>>;
    return await handle(caller, request);
  }

  #watch(from: NodeSelf, target: PeerTarget, observer: WatchObserver): Cancel {
    let cancel: Cancel = () => undefined;
    const stream: Stream = {
      from,
      to: target.nodeId,
      end: () => {
        this.#streams.delete(stream);
        cancel();
        observer.ended({ kind: "closed" });
      },
    };
    this.#streams.add(stream);
    queueMicrotask(() => {
      if (!this.#streams.has(stream)) {
        return;
      }
      try {
        const { handlers, caller } = this.#reach(from, target);
        cancel = handlers.watch(caller, (beat) => {
          observer.beat(beat);
        });
      } catch {
        stream.end();
      }
    });
    return () => {
      this.#streams.delete(stream);
      cancel();
    };
  }

  #reach(from: NodeSelf, { nodeId }: PeerTarget) {
    const listening = this.#listening.get(nodeId);
    if (listening === undefined || this.#cut.has(nodeId) || this.#cut.has(from.nodeId)) {
      throw new CodedError("node-unreachable");
    }
    const caller = this.#callerAt(nodeId, from);
    if (caller === undefined) {
      throw new CodedError("node-unreachable", { detail: "the key is no node's" });
    }
    return { ...listening, caller };
  }

  #callerAt(nodeId: NodeId, { keys }: NodeSelf) {
    return this.#listening.get(nodeId)?.roster.ofTlsKey(keys.publicKeys.tlsKey);
  }

  #endStreams(which: (stream: Stream) => boolean): void {
    for (const stream of [...this.#streams].filter(which)) {
      stream.end();
    }
  }
}
