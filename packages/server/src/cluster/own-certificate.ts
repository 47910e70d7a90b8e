import type { NodeId, RandomSource, Warrant } from "@chatelaine/crypto";
import { CryptoError } from "@chatelaine/crypto";
import type { IssuedCertificate } from "../domain/node/admission.ts";
import type { Roster } from "../domain/node/roster.ts";
import type { EventSink } from "../domain/event/event-sink.ts";
import type { Clock } from "../platform/clock.ts";
import type { Scheduler } from "../platform/scheduler.ts";
import { needsRenewal } from "./certificates/certificate-lifetime.ts";
import type { Peers } from "./peers.ts";
import { Turns } from "./turns.ts";

export interface OwnCertificateDeps {
  readonly keeper: CertificateKeeper;
  readonly peers: Peers;
  readonly roster: Roster;
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly random: RandomSource;
  readonly events: EventSink;
  readonly self: { readonly nodeId: NodeId };
  /** Who is master secret server, as far as this node knows. */
  readonly master: () => NodeId | undefined;
  /** As a candidate that opens its own keyring. Throws if this node is none. */
  readonly issue: (warrant: Warrant) => Promise<IssuedCertificate>;
  /** There is another certificate. */
  readonly changed: () => void;
}

/** Keeps the certificate of a node across restarts. It is no secret. */
export interface CertificateKeeper {
  certificate(): Promise<readonly Uint8Array[] | undefined>;
  keepCertificate(chain: readonly Uint8Array[]): Promise<void>;
}

const CALL_MS = 5000;
/** How often it is looked whether it is time: often, next to the days a certificate lasts. */
const LOOK_MS = 3_600_000;
const RETRY_MS = 10_000;

/** The certificate that this node shows to others, renewed when half of its life is over. */
export class OwnCertificate {
  readonly #deps: OwnCertificateDeps;
  readonly #turns: Turns;
  #chain: readonly Uint8Array[] | undefined;
  #isStale = false;
  #hasFailed = false;

  constructor(deps: OwnCertificateDeps) {
    this.#deps = deps;
    this.#turns = new Turns(deps.scheduler, deps.clock, () => this.#keepUp());
  }

  /** DER: the leaf, then the certificate of the CA; undefined while there is none. */
  get chain(): readonly Uint8Array[] | undefined {
    return this.#chain;
  }

  /** Takes up the one that was kept. */
  async load(): Promise<void> {
    this.#chain ??= await this.#deps.keeper.certificate();
  }

  /** Resolves when the first look at whether another is needed has ended. */
  async start(): Promise<void> {
    this.#turns.start();
    await this.#turns.now();
  }

  /** What was certified has changed, such as the node's addresses. */
  async renew(): Promise<void> {
    this.#isStale = true;
    await this.#turns.now();
  }

  stop(): Promise<void> {
    return this.#turns.stop();
  }

  async #keepUp(): Promise<number> {
    const { self, roster, clock, random } = this.#deps;
    const [leaf] = this.#chain ?? [];
    const isDue = leaf === undefined || this.#isStale || isOver(leaf, clock.wallTime());
    const warrant = roster.find(self.nodeId);
    if (!isDue || warrant === undefined) {
      return warrant === undefined ? RETRY_MS : LOOK_MS;
    }
    const issued = await this.#obtain(warrant);
    if (issued === undefined) {
      const [chance = 0] = random.bytes(1);
      return (RETRY_MS * (256 + chance)) / 512;
    }
    await this.#take(issued.chain);
    return LOOK_MS;
  }

  async #take(chain: readonly Uint8Array[]): Promise<void> {
    this.#chain = chain;
    this.#isStale = false;
    this.#hasFailed = false;
    this.#deps.changed();
    try {
      await this.#deps.keeper.keepCertificate(chain);
    } catch (error) {
      this.#deps.events.raise("node.state-not-saved", { reason: String(error) });
    }
  }

  /** A candidate makes its own; a member asks the master secret server, then other candidates. */
  async #obtain(warrant: Warrant): Promise<IssuedCertificate | undefined> {
    const issuers = this.#issuers();
    const attempts = [
      ...(warrant.role === "candidate" ? [() => this.#deps.issue(warrant)] : []),
      ...issuers.map((issuer) => () => this.#deps.peers.call(issuer, "certificate", {}, CALL_MS)),
    ];
    let reason = "there is nobody to ask";
    for (const attempt of attempts) {
      try {
        return await attempt();
      } catch (error) {
        reason = error instanceof Error ? error.message : "";
      }
    }
    if (!this.#hasFailed) {
      this.#hasFailed = true;
      this.#deps.events.raise("node.certificate-not-renewed", { reason });
    }
    return undefined;
  }

  #issuers(): readonly Warrant[] {
    const { roster, self, master } = this.#deps;
    const others = roster.warrants.filter(
      ({ role, nodeId }) => role === "candidate" && nodeId !== self.nodeId,
    );
    const isMaster = ({ nodeId }: Warrant): boolean => nodeId === master();
    return [...others.filter(isMaster), ...others.filter((one) => !isMaster(one))];
  }
}

/** One that cannot be read is as good as none. */
function isOver(leaf: Uint8Array, nowMs: number): boolean {
  try {
    return needsRenewal(leaf, nowMs);
  } catch (error) {
    if (error instanceof CryptoError) {
      return true;
    }
    throw error;
  }
}
