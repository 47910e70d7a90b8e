import type { Keyring } from "@chatelaine/crypto";
import type { NodeStatus } from "@chatelaine/protocol";
import { CodedError, isCoded } from "../../packages/server/src/base/coded-error.ts";
import { GuardedDatabase } from "../../packages/server/src/cluster/guarded-database.ts";
import { makePeerHandlers } from "../../packages/server/src/cluster/issuing.ts";
import type { PeerHandlers } from "../../packages/server/src/cluster/peer-acts.ts";
import { SsoService } from "../../packages/server/src/cluster/sso-service.ts";
import { Auditor } from "../../packages/server/src/domain/audit/auditor.ts";
import { CachedLookups } from "../../packages/server/src/domain/cached-lookups/cached-lookups.ts";
import { NOTHING_SEEN, type Seen } from "../../packages/server/src/domain/charter/seen.ts";
import { Trust } from "../../packages/server/src/domain/charter/trust.ts";
import type { EventSink } from "../../packages/server/src/domain/event/event-sink.ts";
import { KeyringHolder } from "../../packages/server/src/domain/keyring/keyring-holder.ts";
import type { KeyringSealing } from "../../packages/server/src/domain/keyring/keyring-sealing.ts";
import { Roster } from "../../packages/server/src/domain/node/roster.ts";
import { RowGuard } from "../../packages/server/src/domain/stamp/row-guard.ts";
import type { SsoDatabase } from "../../packages/server/src/domain/store/sso-database.ts";
import { pause, type Scheduler } from "../../packages/server/src/platform/scheduler.ts";
import type { SimulatedClient } from "../database/simulated-client.ts";
import type { SimulatedServer } from "../database/simulated-server.ts";
import { simulatedLocation } from "../database/simulated-location.ts";
import { Life } from "../engine/life.ts";
import { onSchedule } from "../engine/real-work.ts";
import type { SeededRandom } from "../engine/seeded-random.ts";
import type { NetworkProcess } from "../network/process.ts";
import { SimulatedPeers } from "../network/simulated-peers.ts";
import type { FoundedNode } from "./founding.ts";
import { type AskingNode, statusOfNode } from "./handover-deps.ts";
import { NodeClock } from "./node-clock.ts";
import { NodePath } from "./node-path.ts";
import { observedDatabase } from "./observed-database.ts";
import { CACHED_SECRET, LOOKUPS, MASTERSHIP } from "./simulated-timings.ts";
import { StateDirectory } from "./state-directory.ts";
import type { World } from "./world.ts";

const DATABASE_RETRY_MS = 1000;
const CALL_MS_MAX = 1000;
const DRIFT_MAX = 0.01;
/** What clocks that differ a little may make of a moment. */
const TOLERANCE_MS = 2;

/** What use cases need of a node that is open, under the names they use. */
export interface OpenedNode extends AskingNode {
  readonly lookups: CachedLookups;
  readonly disclosures: { record(): Promise<void> };
  readonly keyring: { forReading(): Keyring; forSealing(): Keyring };
  readonly guard: RowGuard;
}

/** One process of a node, from its start until it is killed. */
export interface NodeProcess {
  readonly life: Life;
  readonly holder: KeyringHolder;
  readonly roster: Roster;
  readonly network: NetworkProcess;
  readonly clients: SimulatedClient[];
  opened: OpenedNode | undefined;
  /** Why it gave up. */
  ended: string | undefined;
}

/** One machine of the system: its disk, its clock, its cables, and at most one process. */
export class SimulatedNode {
  readonly founded: FoundedNode;
  readonly path: NodePath;
  readonly clock: NodeClock;
  readonly directory: StateDirectory;
  /** What happens to the node while it next waits for the answer of a master secret server. */
  confirmTrap: (() => void) | undefined;
  /** When it last got another keyring, in virtual time. */
  ringChangedAtMs = -Infinity;
  readonly #world: World;
  readonly #random: SeededRandom;
  #process: NodeProcess | undefined;
  #confirmedAtMs = -Infinity;
  #isStopping = false;
  readonly #calls = new Set<Promise<void>>();

  /** `seen`: of a node that has joined, what it was shown then. */
  constructor(world: World, founded: FoundedNode, seen: Seen = NOTHING_SEEN) {
    this.founded = founded;
    this.#world = world;
    this.#random = world.random.fork();
    this.path = new NodePath(world.links, founded.name);
    this.clock = new NodeClock(world.time, 1 + this.#random.between(-DRIFT_MAX, DRIFT_MAX));
    this.directory = new StateDirectory(world.time, seen);
  }

  get name(): string {
    return this.founded.name;
  }

  get process(): NodeProcess | undefined {
    return this.#process;
  }

  /** The process, if it serves and is not frozen. */
  get serving(): (NodeProcess & { readonly opened: OpenedNode }) | undefined {
    const process = this.#process;
    const opened = process?.opened;
    return opened === undefined || process?.life.isFrozen !== false || this.#isStopping
      ? undefined
      : { ...process, opened };
  }

  /** The database server that its connections lead to. */
  get server(): SimulatedServer {
    return this.path.otherServer ?? this.#world.server;
  }

  get isStopping(): boolean {
    return this.#isStopping;
  }

  /** A call of a caller, which a node that stops brings to its end. */
  serve(call: Promise<void>): void {
    this.#calls.add(call);
    void call.finally(() => this.#calls.delete(call));
  }

  start(): void {
    if (this.#process === undefined) {
      this.tell("starts");
      const process = this.#newProcess();
      this.#process = process;
      this.#confirmedAtMs = -Infinity;
      this.#world.processes.started(process.network);
      void this.#boot(process);
    }
  }

  /** kill -9, or the power goes. */
  crash(): void {
    const process = this.#process;
    if (process !== undefined) {
      this.tell("is gone");
      this.#world.deaths.refused(this.founded.self.nodeId);
      process.life.end();
      this.#calls.clear();
      this.#isStopping = false;
      this.#process = undefined;
      this.#world.processes.ended(process.network);
      process.clients.forEach((client) => client.abandon());
    }
  }

  /** Ends as a service is stopped: the role is given up first. */
  async stop(): Promise<void> {
    const process = this.#process;
    const opened = process?.opened;
    if (process !== undefined && opened !== undefined) {
      this.tell("stops");
      this.#isStopping = true;
      await Promise.all(this.#calls);
      await opened.service.stop();
      await opened.database.close();
      if (this.#process === process) {
        this.crash();
      }
    }
  }

  freeze(): void {
    if (this.#process?.life.isFrozen === false) {
      this.tell("is frozen");
      this.#process.life.freeze();
    }
  }

  thaw(): void {
    if (this.#process?.life.isFrozen === true) {
      this.tell("goes on");
      this.#world.time.thaw(this.#process.life);
    }
  }

  /** The listener for nodes is closed, or a firewall rejects: the process lives on. */
  closeListener(): void {
    if (this.#process !== undefined) {
      this.tell("refuses connections of nodes");
      this.#world.deaths.refused(this.founded.self.nodeId);
      this.#world.processes.ended(this.#process.network);
    }
  }

  /** A firewall answers for the node that nobody listens there, and ends what is open. */
  rejectNodes(): void {
    if (this.#process !== undefined) {
      this.tell("is behind a firewall that rejects");
      this.#world.deaths.refused(this.founded.self.nodeId);
      this.#world.processes.reject(this.founded.address);
    }
  }

  /** All its connections to the database break, on its side. */
  breakConnections(): void {
    this.#process?.clients.forEach((client) => client.break());
  }

  openListener(): void {
    if (this.#process !== undefined) {
      this.#world.processes.started(this.#process.network);
    }
  }

  tell(what: string): void {
    this.#world.transcript.tell(this.name, what);
  }

  #newProcess(): NodeProcess {
    const life = new Life();
    const roster = new Roster();
    const { self, address } = this.founded;
    const network: NetworkProcess & { handlers: PeerHandlers | undefined } = {
      place: this.name,
      address,
      life,
      tlsKey: self.keys.publicKeys.tlsKey,
      roster,
      handlers: undefined,
    };
    const holder = new KeyringHolder(this.clock);
    return { life, holder, roster, network, clients: [], opened: undefined, ended: undefined };
  }

  async #boot(process: NodeProcess): Promise<void> {
    const scheduler = this.clock.schedulerOf(process.life);
    while (process.opened === undefined && process.ended === undefined) {
      try {
        process.opened = await this.#open(process);
        this.tell("serves");
      } catch (error) {
        if (!isCoded(error, "database-unavailable", "database-locked", "outcome-unknown")) {
          process.ended = isCoded(error) ? error.code : String(error);
          this.tell(`gives up: ${process.ended}`);
          this.#world.tally.count(`start refused: ${process.ended}`);
          if (!isCoded(error)) {
            this.#world.violated("no defect", `${this.name}: ${String(error)}`);
          }
          return;
        }
        this.#world.tally.count("start: waited for the database");
        await pause(scheduler, DATABASE_RETRY_MS);
      }
    }
  }

  async #open(process: NodeProcess): Promise<OpenedNode> {
    const { time } = this.#world;
    const { life, clients } = process;
    const getServer = (): SimulatedServer => this.server;
    const place = {
      ...{ time, life, path: this.path },
      get server() {
        return getServer();
      },
    };
    const location = simulatedLocation(place, undefined, (client) => clients.push(client));
    const database = await location.open();
    try {
      return await this.#openWith(process, database);
    } catch (error) {
      await database.close();
      throw error;
    }
  }

  async #openWith(process: NodeProcess, database: SsoDatabase): Promise<OpenedNode> {
    const { holder, roster, life } = process;
    const { self } = this.founded;
    const clock = this.clock;
    const scheduler = clock.schedulerOf(life);
    const random = this.#random;
    const events = this.#events();
    const auditor = new Auditor(clock, self.nodeId);
    const observed = this.#observed(database, scheduler);
    const trust = new Trust(self, events);
    const sealing = this.#sealing(life);
    const peers = this.#peers(process);
    const service = await SsoService.open({
      database: observed,
      self,
      trust,
      holder,
      seen: this.directory.openedBy(life),
      roster,
      peers,
      sealing,
      effects: {
        clock,
        scheduler,
        random,
        events,
        auditor,
        timings: MASTERSHIP,
        cachedSecret: CACHED_SECRET,
      },
    });
    const opened: OpenedNode = {
      service,
      database: observed,
      lookups: new CachedLookups({ database: observed, clock, limits: LOOKUPS }),
      disclosures: { record: () => Promise.resolve() },
      keyring: {
        forReading: () => holder.forReading(),
        forSealing: () => this.#sealingWith(holder),
      },
      guard: new RowGuard(events, (version) => service.work.mayComeToKnow(version)),
      trust,
      self,
      sealing,
      events,
      auditor,
      random,
      clock,
      scheduler,
      statusOf: ({ nodeId, tlsKey, addresses }) =>
        peers.call({ nodeId, tlsKey, addresses }, "status", {}, CALL_MS_MAX),
    };
    const status = (): Promise<NodeStatus> => Promise.resolve(statusOfNode(holder, opened));
    const handlers = makePeerHandlers(service, { ...NO_OTHER_ACTS, status });
    Object.assign(process.network, { handlers });
    return opened;
  }

  #observed(database: SsoDatabase, scheduler: Scheduler): SsoDatabase {
    const guarded = new GuardedDatabase({
      database,
      scheduler,
      random: this.#random,
      observer: {
        lost: () => this.#event("database.lost"),
        back: () => this.#event("database.back"),
      },
    });
    return observedDatabase(guarded, {
      nowMs: () => this.#world.time.nowMs,
      leaseWasValid: (sentAtMs) => this.#confirmed(sentAtMs),
      claimed: (basis) => this.#world.tally.count(`claimed on: ${basis}`),
    });
  }

  /** P5, judged by what really went to and fro. */
  #sealingWith(holder: KeyringHolder): Keyring {
    const ring = holder.forSealing();
    const ageMs = (this.#world.time.nowMs - this.#confirmedAtMs) * this.clock.rate;
    if (ageMs > CACHED_SECRET.graceMs + TOLERANCE_MS) {
      this.#world.violated(
        "P5",
        `${this.name} begins to seal ${Math.round(ageMs)} ms after it last asked for a confirmation it got`,
      );
    }
    return ring;
  }

  #confirmed(sentAtMs: number): void {
    this.#confirmedAtMs = Math.max(this.#confirmedAtMs, sentAtMs);
  }

  #events(): EventSink {
    return { raise: (code, fields) => this.#event(code, fields) };
  }

  #event(code: string, fields: Readonly<Record<string, unknown>> = {}): void {
    this.#world.tally.count(`event: ${code}`);
    const shown = Object.entries(fields).map(([name, value]) => ` ${name}=${this.#named(value)}`);
    this.tell(`! ${code}${shown.join("")}`);
  }

  /** Ids are drawn from the seed too, but a name is easier to follow. */
  #named(value: unknown): string {
    const found = this.#world.truth.nodes.find(({ self }) => self.nodeId === value);
    return found?.name ?? String(value);
  }

  #peers(process: NodeProcess): SimulatedPeers {
    const { time, links, processes, tally } = this.#world;
    return new SimulatedPeers({
      time,
      links,
      processes,
      random: this.#random.fork(),
      self: process.network,
      count: (what) => tally.count(what),
      observer: {
        asked: (act) => {
          const spring = act === "confirm" ? this.confirmTrap : undefined;
          if (spring !== undefined) {
            this.confirmTrap = undefined;
            time.after(0, spring);
          }
        },
        confirmed: (sentAtMs, beat) => {
          if (beat.isMaster) {
            this.#confirmed(sentAtMs);
          }
        },
      },
    });
  }

  #sealing(life: Life): KeyringSealing {
    const { time, sealing } = this.#world;
    return {
      seal: (secrets, recipient) => onSchedule(time, life, sealing.seal(secrets, recipient)),
      open: (sealed, opener) => onSchedule(time, life, sealing.open(sealed, opener)),
    };
  }
}

const NO_OTHER_ACTS = {
  certificate: () => Promise.reject(new CodedError("not-master-secret-server")),
  purge: () => 0,
  admit: () => Promise.reject(new CodedError("not-master-secret-server")),
};
