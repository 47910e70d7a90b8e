import type { Agent } from "node:http";
import { toBase64 } from "@chatelaine/crypto";
import { CodedError } from "../../base/coded-error.ts";
import type { Roster } from "../../domain/node/roster.ts";
import type { Scheduler } from "../../platform/scheduler.ts";
import type { PeerTarget } from "../peers.ts";
import { makePeerAgent, type PeerAgent } from "./peer-agent.ts";
import { identityOptions, type TlsIdentity } from "./tls-identity.ts";

export interface PeerAgentsDeps {
  readonly roster: Roster;
  /** Undefined while this node has no certificate yet. */
  readonly identity: () => TlsIdentity | undefined;
  readonly scheduler: Scheduler;
}

/** The kept connections: one agent for each node and key. */
export class PeerAgents {
  readonly #deps: PeerAgentsDeps;
  readonly #agents = new Map<string, PeerAgent>();

  constructor(deps: PeerAgentsDeps) {
    this.#deps = deps;
  }

  /** Throws `node-unreachable` while this node has no certificate. */
  of(target: Pick<PeerTarget, "nodeId" | "tlsKey">): Agent {
    const known = this.#agents.get(keyOf(target));
    if (known !== undefined) {
      return known.agent;
    }
    const identity = this.#deps.identity();
    if (identity === undefined) {
      throw new CodedError("node-unreachable", {
        detail: "this node has no certificate yet to show to others",
      });
    }
    const agent = makePeerAgent(this.#deps.scheduler, identityOptions(identity), target.tlsKey);
    this.#agents.set(keyOf(target), agent);
    return agent.agent;
  }

  /** Gives up the connections to nodes that are no longer in the roster. */
  rosterChanged(): void {
    const live = new Set(this.#deps.roster.warrants.map(keyOf));
    for (const [key, agent] of this.#agents) {
      if (!live.has(key)) {
        this.#agents.delete(key);
        agent.close();
      }
    }
  }

  /** What is under way ends by itself; after that, connections show the identity as it is now. */
  identityChanged(): void {
    for (const agent of this.#agents.values()) {
      agent.retire();
    }
    this.#agents.clear();
  }

  close(): void {
    for (const agent of this.#agents.values()) {
      agent.close();
    }
    this.#agents.clear();
  }
}

function keyOf({ nodeId, tlsKey }: Pick<PeerTarget, "nodeId" | "tlsKey">): string {
  return `${nodeId} ${toBase64(tlsKey)}`;
}
