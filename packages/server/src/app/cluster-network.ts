import type { Warrant } from "@chatelaine/crypto";
import type { NodeStatus } from "@chatelaine/protocol";
import { isCoded } from "../base/coded-error.ts";
import { invariant } from "../base/invariant.ts";
import { makePeerHandlers } from "../cluster/issuing.ts";
import { OwnCertificate } from "../cluster/own-certificate.ts";
import type { PeerHandlers } from "../cluster/peer-acts.ts";
import type { SsoService } from "../cluster/sso-service.ts";
import { startPeerServer, type PeerServer } from "../cluster/transport/peer-server.ts";
import type { TlsIdentity } from "../cluster/transport/tls-identity.ts";
import { TlsPeers } from "../cluster/transport/tls-peers.ts";
import type { EventSink } from "../domain/event/event-sink.ts";
import type { IssuedCertificate } from "../domain/node/admission.ts";
import type { NodeSelf } from "../domain/node/node-identity.ts";
import { Roster } from "../domain/node/roster.ts";
import type { Logger } from "../platform/logger.ts";
import type { Cancel } from "../platform/scheduler.ts";
import type { ClusterConfig } from "./cluster-settings.ts";
import type { Effects } from "./effects.ts";
import type { StateDirectory } from "./state-directory.ts";

export interface ClusterNetworkDeps extends Effects {
  readonly self: NodeSelf;
  readonly config: ClusterConfig | undefined;
  /** Callers are shown the node's certificate, so that it needs one also when it is alone. */
  readonly isShownToCallers: boolean;
  readonly directory: Pick<StateDirectory, "certificate" | "keepCertificate">;
  readonly events: EventSink;
  readonly logger: Logger;
}

/** What of an open node the network needs. */
export interface NetworkedNode {
  readonly service: SsoService;
  status(): Promise<NodeStatus>;
  /** Drops the lookups that are kept; how many rows that were. */
  purge(): number;
  readonly acts: {
    readonly admit: PeerHandlers["admit"];
    certificate(warrant: Warrant): Promise<IssuedCertificate>;
    readvertise(addresses: readonly string[]): Promise<Warrant | undefined>;
  };
}

/** A database that is away, or behind, when this node becomes master secret server may come back. */
const READVERTISE_RETRY_MS = 5000;

/** The other nodes: who they are, how they are reached, and the listener on which they reach us. */
export class ClusterNetwork {
  readonly roster = new Roster();
  readonly peers: TlsPeers;
  readonly #deps: ClusterNetworkDeps;
  readonly #certificate: OwnCertificate;
  #node: NetworkedNode | undefined;
  #server: PeerServer | undefined;
  #listening: Promise<void> | undefined;
  #isStarted = false;
  #readvertising: Promise<void> | undefined;
  #cancelRetry: Cancel | undefined;
  /** Why it failed last, told once. */
  #toldReason: string | undefined;
  #tellIdentity: () => void = () => undefined;

  constructor(deps: ClusterNetworkDeps) {
    this.#deps = deps;
    this.peers = new TlsPeers({ ...deps, roster: this.roster, identity: () => this.identity() });
    this.#certificate = new OwnCertificate({
      ...deps,
      keeper: deps.directory,
      peers: this.peers,
      roster: this.roster,
      master: () => this.#node?.service.follower.master,
      issue: (warrant) => this.#open().acts.certificate(warrant),
      changed: () => {
        this.peers.identityChanged();
        this.#server?.identityChanged();
        this.#tellIdentity();
        void this.#listenLate();
      },
    });
  }

  /** Takes up the certificate that was kept: what a member needs to reach others at all. */
  async prepare(): Promise<void> {
    await this.#certificate.load();
  }

  /** Begins to listen, once there is a certificate. Throws `address-in-use`. */
  async open(node: NetworkedNode): Promise<void> {
    this.#node = node;
    // A node that is alone, and wants to be, needs no certificate.
    const { config, isShownToCallers } = this.#deps;
    if (config !== undefined || isShownToCallers || this.roster.warrants.length > 1) {
      await this.#start();
    }
    this.becameMaster();
  }

  /** What this node shows to others; undefined while it has no certificate. */
  identity(): TlsIdentity | undefined {
    const { chain } = this.#certificate;
    return chain === undefined ? undefined : { chain, keys: this.#deps.self.keys };
  }

  whenIdentityChanges(run: () => void): void {
    this.#tellIdentity = run;
  }

  rosterChanged(): void {
    this.peers.rosterChanged();
    this.#server?.rosterChanged();
  }

  /** The master secret server alone can write down the address at which it is reached now. */
  becameMaster(): void {
    const { config } = this.#deps;
    const isMaster = this.#node?.service.loop.state.kind === "active";
    if (config !== undefined && isMaster) {
      this.#cancelRetry?.();
      this.#readvertising ??= this.#readvertise([config.advertise]).finally(() => {
        this.#readvertising = undefined;
      });
    }
  }

  async stop(): Promise<void> {
    await this.#readvertising;
    this.#cancelRetry?.();
    await this.#certificate.stop();
    await this.#listening?.catch(() => undefined); // it was told where it was begun
    await this.#server?.close();
    this.peers.close();
  }

  async #start(): Promise<void> {
    if (!this.#isStarted) {
      this.#isStarted = true;
      await this.#certificate.start();
      await this.#listen();
    }
  }

  #listen(): Promise<void> {
    const { config } = this.#deps;
    if (config === undefined || this.#server !== undefined || this.identity() === undefined) {
      return Promise.resolve();
    }
    this.#listening ??= this.#beginToListen(config).finally(() => {
      this.#listening = undefined;
    });
    return this.#listening;
  }

  async #beginToListen(config: ClusterConfig): Promise<void> {
    const { clock, logger } = this.#deps;
    this.#server = await startPeerServer(
      {
        handlers: makePeerHandlers(this.#open().service, {
          ...this.#open().acts,
          status: () => this.#open().status(),
          purge: () => this.#open().purge(),
        }),
        greeting: () => Promise.resolve(this.#open().service.greeting()),
        roster: this.roster,
        identity: () => this.#shown(),
        clock,
        logger,
      },
      config.listen,
    );
  }

  /** A member may get its first certificate only when there is a master secret server again. */
  async #listenLate(): Promise<void> {
    try {
      await this.#listen();
    } catch (error) {
      const reason = isCoded(error) ? error.code : "internal";
      this.#deps.events.raise("cluster.request-failed", { what: "listen", reason });
    }
  }

  async #readvertise(addresses: readonly string[]): Promise<void> {
    try {
      const warrant = await this.#open().acts.readvertise(addresses);
      if (warrant !== undefined) {
        await this.#open().service.refresh();
        await this.#certificate.renew();
      }
    } catch (error) {
      this.#readvertiseLater(isCoded(error) ? error.code : "internal");
    }
  }

  #readvertiseLater(reason: string): void {
    const { events, scheduler } = this.#deps;
    if (reason !== this.#toldReason) {
      this.#toldReason = reason;
      events.raise("cluster.request-failed", { what: "readvertise", reason });
    }
    this.#cancelRetry = scheduler.after(READVERTISE_RETRY_MS, () => {
      this.becameMaster();
    });
  }

  #open(): NetworkedNode {
    invariant(this.#node !== undefined, "the network is asked for nothing before the node is open");
    return this.#node;
  }

  #shown(): TlsIdentity {
    const identity = this.identity();
    invariant(identity !== undefined, "the listener was begun with a certificate");
    return identity;
  }
}
