import {
  Authority,
  newCaKey,
  newNodeId,
  newSystemId,
  NodeKeys,
  signWarrant,
  type NodeRole,
  type SecretBytes,
  type SystemId,
  type Warrant,
} from "@chatelaine/crypto";
import type { NodeStatus } from "@chatelaine/protocol";
import { issueCertificate } from "../../src/cluster/certificates/write-certificates.ts";
import type { Asking, Beat, PeerHandlers } from "../../src/cluster/peer-acts.ts";
import type { PeerTarget } from "../../src/cluster/peers.ts";
import {
  startPeerServer,
  type PeerServer,
  type PeerServerDeps,
} from "../../src/cluster/transport/peer-server.ts";
import type { TlsIdentity } from "../../src/cluster/transport/tls-identity.ts";
import { TlsPeers } from "../../src/cluster/transport/tls-peers.ts";
import { Roster } from "../../src/domain/node/roster.ts";
import { systemClock } from "../../src/platform/clock.ts";
import type { Logger } from "../../src/platform/logger.ts";
import { systemRandom } from "../../src/platform/random.ts";
import { systemScheduler } from "../../src/platform/scheduler.ts";

/** A node with its keys and its certificate, as others see it. */
export interface TestNode {
  readonly warrant: Warrant;
  readonly note: string;
  readonly identity: TlsIdentity;
}

/** The authority and the CA of one system, with as many nodes as a test wants. */
export class PeerSystem {
  readonly systemId: SystemId = newSystemId(systemRandom);
  readonly authority = Authority.generate(systemRandom);
  readonly caKey: SecretBytes = newCaKey(systemRandom);
  readonly roster = new Roster();
  #serial = 0n;

  /** A node with a warrant and a certificate, in the roster. */
  async node(name: string, options: NodeOptions = {}): Promise<TestNode> {
    const node = await this.stranger(name, options);
    this.roster.replace([...this.roster.warrants, node.warrant]);
    return node;
  }

  /** A node that has both, and is not in the roster. */
  async stranger(name: string, options: NodeOptions = {}): Promise<TestNode> {
    const keys = NodeKeys.generate(systemRandom);
    this.#serial += 1n;
    const warrant: Warrant = {
      nodeId: newNodeId(systemRandom),
      name,
      role: options.role ?? "candidate",
      admissionSerial: this.#serial,
      ...keys.publicKeys,
      names: options.names ?? [],
      addresses: options.addresses ?? ["127.0.0.1:1"],
    };
    const note = signWarrant(this.authority, this.systemId, warrant);
    return { warrant, note, identity: await this.identity(warrant, keys, options) };
  }

  async identity(
    warrant: Warrant,
    keys: NodeKeys,
    { nowMs = systemClock.wallTime(), lifetimeMs }: NodeOptions = {},
  ): Promise<TlsIdentity> {
    const { caKey, systemId } = this;
    const request = { caKey, systemId, warrant, nowMs };
    const chain = await issueCertificate(
      lifetimeMs === undefined ? request : { ...request, lifetimeMs },
    );
    return { chain, keys };
  }

  revoke(...revoked: readonly TestNode[]): void {
    const ids = revoked.map(({ warrant }) => warrant.nodeId);
    this.roster.replace(this.roster.warrants.filter(({ nodeId }) => !ids.includes(nodeId)));
  }
}

interface NodeOptions {
  readonly role?: NodeRole;
  readonly names?: readonly string[];
  readonly addresses?: readonly string[];
  readonly nowMs?: number;
  readonly lifetimeMs?: number;
}

/** What a node says of itself when it asks. */
export const ASKING: Asking = { process: new Uint8Array(16).fill(5) };

export const BEAT: Beat = {
  process: new Uint8Array(16).fill(6),
  epoch: 2n ** 63n + 1n,
  claimId: Uint8Array.from({ length: 16 }, (_, index) => index),
  isMaster: true,
  incarnation: 1n,
  charterSerial: 9n,
  keyringRevision: 3n,
};

export const STATUS: NodeStatus = {
  systemId: "s",
  nodeId: "n",
  nodeName: "one",
  role: "candidate",
  software: "0.1.0",
  database: "sqlite",
  health: { canRead: true, canSeal: true, isMaster: true },
  cachedSecret: "confirmed",
  mastership: "active",
  epoch: "7",
  charterSerial: "9",
  trial: false,
  startedAtMs: 1,
};

/** Answers everything, and keeps what was asked. */
export class RecordingHandlers {
  readonly asked: string[] = [];
  readonly senders: ((beat: Beat) => void)[] = [];
  cancelled = 0;
  readonly handlers: PeerHandlers;

  constructor(over: Partial<PeerHandlers> = {}) {
    const told = <T>(act: string, answer: T): Promise<T> => {
      this.asked.push(act);
      return Promise.resolve(answer);
    };
    this.handlers = {
      confirm: ({ name }) => told(`confirm ${name}`, BEAT),
      keyring: ({ name }) =>
        told(`keyring ${name}`, {
          mastership: { epoch: BEAT.epoch, claimId: BEAT.claimId },
          charter: "charter\n",
          revision: 3n,
          sealed: Uint8Array.of(1, 2, 3),
        }),
      certificate: ({ name }) => told(`certificate ${name}`, { chain: [Uint8Array.of(1)] }),
      status: ({ name }) => told(`status ${name}`, STATUS),
      purge: ({ name }) => told(`purge ${name}`, { rows: 2n }),
      admit: (request) =>
        told(`admit ${request.name}`, {
          nodeId: newNodeId(systemRandom),
          warrant: "warrant\n",
          charter: "charter\n",
          chain: [Uint8Array.of(1)],
        }),
      watch: ({ name }, send) => {
        this.asked.push(`watch ${name}`);
        this.senders.push(send);
        send(BEAT);
        return () => {
          this.cancelled += 1;
        };
      },
      ...over,
    };
  }
}

export const NO_LOGGER: Logger = { log: () => undefined, child: () => NO_LOGGER };

/** The listener of a node on loopback, and how others reach it. */
export async function listenAs(
  system: PeerSystem,
  node: TestNode,
  recording: RecordingHandlers,
  over: Partial<PeerServerDeps> & { readonly port?: number } = {},
): Promise<{ readonly server: PeerServer; readonly target: PeerTarget }> {
  const server = await startPeerServer(
    {
      handlers: recording.handlers,
      greeting: () => Promise.resolve({ warrant: node.note, charter: "charter\n" }),
      roster: system.roster,
      identity: () => node.identity,
      clock: systemClock,
      logger: NO_LOGGER,
      ...over,
    },
    { host: "127.0.0.1", port: over.port ?? 0 },
  );
  return { server, target: targetOf(node, server.port) };
}

export function targetOf(node: TestNode, ...ports: readonly number[]): PeerTarget {
  const { nodeId, tlsKey } = node.warrant;
  return { nodeId, tlsKey, addresses: ports.map((port) => `127.0.0.1:${String(port)}`) };
}

export function peersOf(system: PeerSystem, identity: TlsIdentity | undefined): TlsPeers {
  return new TlsPeers({
    roster: system.roster,
    identity: () => identity,
    clock: systemClock,
    scheduler: systemScheduler,
  });
}
