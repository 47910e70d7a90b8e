import type { Health, NodeStatus, SecretStatus } from "@chatelaine/protocol";
import { CodedError, isCoded } from "../base/coded-error.ts";
import { GuardedDatabase } from "../cluster/guarded-database.ts";
import { PeerNodeStatuses } from "../cluster/peer-node-statuses.ts";
import type { Peers } from "../cluster/peers.ts";
import { purgeEverywhere } from "../cluster/purge-everywhere.ts";
import { SsoService } from "../cluster/sso-service.ts";
import type { Caller } from "../domain/access/caller.ts";
import { Auditor } from "../domain/audit/auditor.ts";
import { CachedLookups } from "../domain/cached-lookups/cached-lookups.ts";
import { GroupedDisclosures } from "../domain/audit/disclosures.ts";
import { listAudit, type AuditQuery } from "../domain/audit/list-audit.ts";
import { ImportDesk } from "../domain/bindings/import-desk.ts";
import type { SeenStore } from "../domain/charter/seen.ts";
import { Trust } from "../domain/charter/trust.ts";
import type { CachedSecretTimings } from "../domain/keyring/cached-secret-timings.ts";
import { KeyringHolder } from "../domain/keyring/keyring-holder.ts";
import { hpkeSealing } from "../domain/keyring/keyring-sealing.ts";
import type { MastershipTimings } from "../domain/mastership/mastership-timings.ts";
import type { NodeSelf } from "../domain/node/node-identity.ts";
import { systemStatus, type NodeStatuses } from "../domain/node/node-statuses.ts";
import type { Roster } from "../domain/node/roster.ts";
import { isRotationRequired } from "../domain/membership/rotation-required.ts";
import { RowGuard } from "../domain/stamp/row-guard.ts";
import type { DatabaseKind, SsoDatabase } from "../domain/store/sso-database.ts";
import { seenByNodes } from "../domain/membership/seen-by-nodes.ts";
import { authenticate } from "../domain/token/authenticate.ts";
import type { NodeOperations, Page } from "../http/node-operations.ts";
import type { WallTimeMs } from "../platform/clock.ts";
import { collectGarbage } from "../platform/garbage.ts";
import { endOfTurn, type Cancel } from "../platform/scheduler.ts";
import { SYSTEM_EFFECTS } from "./effects.ts";
import type { NetworkedNode } from "./cluster-network.ts";
import { followEvents } from "./event-feed.ts";
import type { EventLog } from "./event-log.ts";
import type { Metrics } from "./metrics.ts";
import type { OpenNode } from "./open-node.ts";
import { applicationOperations } from "./operations/application-operations.ts";
import { bindingsOperations } from "./operations/bindings-operations.ts";
import { authorityActs, clusterOperations } from "./operations/cluster-operations.ts";
import { itemOperations } from "./operations/item-operations.ts";
import { masterOperations } from "./operations/master-operations.ts";
import type { OutageParts } from "./outage-parts.ts";
import { secretOperations } from "./operations/secret-operations.ts";
import { tokenOperations } from "./operations/token-operations.ts";

export interface NodeRuntimeDeps {
  readonly self: NodeSelf;
  readonly seen: SeenStore;
  readonly timings: MastershipTimings;
  readonly cachedSecret: CachedSecretTimings;
  readonly network: NodeNetwork;
  readonly software: string;
  readonly databaseKind: DatabaseKind;
  readonly report: { readonly events: EventLog; readonly metrics: Metrics };
  readonly outage: OutageParts;
}

/** At once, and when whoever still read with the keyring has ended. */
const KEYS_FREED_AFTER_MS = [100, 30_000] as const;
/** How long another node may take to say what it is. */
const STATUS_MS_MAX = 1500;
const NO_LOOKUPS = { entries: 0, bytes: 0, answered: 0 };
const NO_WEBHOOK = { failures: 0, dropped: 0, waiting: 0 };

/** The other nodes: who they are, and how they are reached. */
export interface NodeNetwork {
  readonly roster: Roster;
  readonly peers: Peers;
  /** A node without a listener for others has none of these. */
  readonly listener?: NodeListener;
}

export interface NodeListener {
  rosterChanged(): void;
  becameMaster(): void;
  open(node: NetworkedNode): Promise<void>;
  stop(): Promise<void>;
}

/** A node from the moment it listens: without a database, then with one. */
export class NodeRuntime implements NodeOperations {
  readonly node = {
    health: () => this.health(),
    metrics: () => this.#metrics(),
    status: () => this.#status(),
    system: async () =>
      systemStatus(
        this.#deps.self.systemId,
        SYSTEM_EFFECTS.clock.wallTime(),
        await this.#statuses.all(),
      ),
    purgeLookups: async () => {
      const { self, network } = this.#deps;
      return await purgeEverywhere({ ...network, nodeId: self.nodeId }, this.#purgeLookups());
    },
  };
  readonly cluster = clusterOperations(
    () => this.#opened(),
    async () => seenByNodes(await this.#statuses.all()),
  );
  readonly master = masterOperations(
    () => this.#opened(),
    (node) => this.#deps.network.peers.call(node, "status", {}, STATUS_MS_MAX),
  );
  readonly secret = secretOperations(() => this.#opened());
  readonly applications = applicationOperations(() => this.#opened());
  readonly items = itemOperations(() => this.#opened());
  readonly bindings = bindingsOperations(() => this.#opened());
  readonly tokens = tokenOperations(() => this.#opened());
  readonly records = {
    audit: async (query: AuditQuery) => await listAudit(this.#opened().database, query),
    events: ({ after, limit }: Page) => this.#deps.report.events.page(after, limit),
    follow: (after: string | undefined, ready: () => void) =>
      followEvents(this.#deps.report.events, SYSTEM_EFFECTS.scheduler, after, ready),
  };
  readonly #deps: NodeRuntimeDeps;
  readonly #startedAtMs: WallTimeMs;
  readonly #holder = new KeyringHolder(SYSTEM_EFFECTS.clock);
  readonly #guard: RowGuard;
  readonly #trust: Trust;
  readonly #auditor: Auditor;
  readonly #statuses: NodeStatuses;
  #masterSinceMs: number | undefined;
  #hasSaidWaiting = false;
  #hasSaidReady = false;
  #freeings: readonly Cancel[] = [];
  #database: GuardedDatabase | undefined;
  #open: OpenNode | undefined;
  #waitingFor = "the SSO database";

  constructor(deps: NodeRuntimeDeps) {
    this.#deps = deps;
    this.#startedAtMs = SYSTEM_EFFECTS.clock.wallTime();
    this.#guard = new RowGuard(
      deps.report.events,
      (version) => this.#open?.service.work.mayComeToKnow(version) ?? false,
    );
    this.#trust = new Trust(deps.self, deps.report.events);
    this.#auditor = new Auditor(SYSTEM_EFFECTS.clock, deps.self.nodeId);
    deps.report.events.listen(({ code, atMs }) => {
      if (code === "mastership.acquired") {
        this.#masterSinceMs = atMs;
      }
      if (code === "master-secret.erased") {
        this.#freeings = KEYS_FREED_AFTER_MS.map((delayMs) =>
          SYSTEM_EFFECTS.scheduler.after(delayMs, collectGarbage),
        );
      }
      if (code === "master-secret.opened") {
        // A member is given the secret after the database was opened, a candidate that is
        // restored too. What else is to be said may fail; it is said at the next start.
        this.#sayReady().catch(() => undefined);
      }
    });
    this.#statuses = new PeerNodeStatuses({
      ...deps.network,
      nodeId: deps.self.nodeId,
      own: () => this.#status(),
    });
  }

  /** Says what the node waits for while it has no database. */
  waitFor(what: string): void {
    this.#waitingFor = what;
    if (!this.#hasSaidWaiting) {
      this.#hasSaidWaiting = true;
      this.#deps.report.events.raise("database.not-reached", { waitingFor: what });
    }
  }

  async open(unguarded: SsoDatabase): Promise<void> {
    const database = this.#guarded(unguarded);
    try {
      await this.#openWith(database);
    } catch (error) {
      database.abandon();
      throw error;
    }
  }

  async #openWith(database: SsoDatabase): Promise<void> {
    const { self, timings, cachedSecret, seen, report } = this.#deps;
    const { events } = report;
    const durability = await database.durability();
    if (!durability.keepsCommits) {
      events.raise("database.may-lose-commits", { reason: durability.reason ?? "" });
    }
    const common = { ...SYSTEM_EFFECTS, events, auditor: this.#auditor };
    const service = await SsoService.open({
      database,
      self,
      trust: this.#trust,
      holder: this.#holder,
      seen,
      ...this.#deps.network,
      rosterChanged: () => this.#deps.network.listener?.rosterChanged(),
      becameMaster: () => this.#deps.network.listener?.becameMaster(),
      sealing: hpkeSealing(SYSTEM_EFFECTS.random),
      effects: { ...common, timings, cachedSecret },
    });
    this.#open = {
      ...common,
      database,
      service,
      self,
      trust: this.#trust,
      keyring: this.#holder,
      guard: this.#guard,
      lookups: new CachedLookups({ ...common, database, limits: this.#deps.outage.lookupCache }),
      disclosures: new GroupedDisclosures({
        ...common,
        database,
        gather: endOfTurn,
        spool: this.#deps.outage.spool,
      }),
      importDesk: new ImportDesk(endOfTurn),
    };
    this.#deps.outage.spool.shipTo(database);
    await this.#deps.network.listener?.open({
      service,
      status: () => this.#status(),
      purge: () => this.#purgeLookups(),
      acts: authorityActs(() => this.#opened()),
    });
    await this.#sayReady();
  }

  async stop(): Promise<void> {
    this.#freeings.forEach((cancel) => {
      cancel();
    });
    await this.#open?.service.stop();
    await this.#deps.network.listener?.stop();
    await this.#deps.outage.spool.stop();
    await this.#open?.database.close();
    this.#open = undefined;
    this.#holder.erase();
  }

  health(): Health {
    return (
      this.#open?.service.health() ?? {
        canRead: false,
        canSeal: false,
        isMaster: false,
        waitingFor: this.#waitingFor,
      }
    );
  }

  /** Throws `database-unavailable`, `master-secret-unavailable` while no token can be believed. */
  async authenticate(
    bearer: string,
    origin: { readonly source: string; readonly requestId: string },
  ): Promise<Caller> {
    const node = this.#opened();
    return await node.service.work.run(() => authenticate(node, bearer, origin));
  }

  /** Runs what reads or seals: see `KeyringWork`. */
  async work<T>(run: () => Promise<T>): Promise<T> {
    const work = this.#open?.service.work;
    return await (work === undefined ? run() : work.run(run));
  }

  /** Runs what cannot be run once more: see `KeyringWork`. */
  async workOnce<T>(run: () => Promise<T>): Promise<T> {
    const work = this.#open?.service.work;
    return await (work === undefined ? run() : work.runOnce(run));
  }

  /** Records a request that was refused (P10). */
  async recordRefusal(caller: Caller, about: Readonly<Record<string, string>>): Promise<void> {
    const entry = this.#auditor.entry(caller, "request.refuse", about, "refused");
    await this.#open?.disclosures.record([entry]);
  }

  async #status(): Promise<NodeStatus> {
    const isTrial = this.#open !== undefined && (await this.#secretStatusIfKnown())?.trial === true;
    return { ...this.#facts(), trial: isTrial };
  }

  /** What the node knows of itself, without asking the database. */
  #facts(): Omit<NodeStatus, "trial"> {
    const { self, software, databaseKind } = this.#deps;
    const service = this.#open?.service;
    const mastership = service?.loop.state ?? { kind: "standby" };
    const confirmedAgoMs = this.#holder.confirmedAgoMs();
    const lastConfirmedMs =
      confirmedAgoMs && Math.round(SYSTEM_EFFECTS.clock.wallTime() - confirmedAgoMs);
    return {
      systemId: self.systemId,
      nodeId: self.nodeId,
      nodeName: self.name,
      role: service?.warrant.role ?? "candidate",
      software,
      database: databaseKind,
      health: this.health(),
      cachedSecret: this.#holder.state(),
      mastership: mastership.kind === "claiming" ? "standby" : mastership.kind,
      ...("id" in mastership && { epoch: String(mastership.id.epoch) }),
      charterSerial: String(service?.charter.serial ?? 0n),
      ...(service !== undefined && {
        incarnation: String(service.charter.incarnation),
        keyringRevision: String(service.charter.keyringRevision),
      }),
      startedAtMs: this.#startedAtMs,
      ...(lastConfirmedMs !== undefined && { lastConfirmedMs }),
      ...(mastership.kind === "active" &&
        this.#masterSinceMs !== undefined && { masterSinceMs: this.#masterSinceMs }),
      ...(service !== undefined && { rotationRequired: isRotationRequired(service.charter) }),
      databaseReachable: this.#database?.isReachable === true,
    };
  }

  #opened(): OpenNode {
    if (this.#open === undefined) {
      throw new CodedError("database-unavailable", {
        detail: `the node waits for ${this.#waitingFor}; nothing was done`,
      });
    }
    return this.#open;
  }

  #guarded(database: SsoDatabase): GuardedDatabase {
    const { events } = this.#deps.report;
    this.#database = new GuardedDatabase({
      ...SYSTEM_EFFECTS,
      database,
      observer: {
        lost: () => {
          events.raise("database.lost");
        },
        back: () => {
          events.raise("database.back");
        },
      },
    });
    return this.#database;
  }

  #purgeLookups(): number {
    const rows = this.#open?.lookups.purge() ?? 0;
    this.#deps.report.events.raise("lookup-cache.purged", { rows });
    return rows;
  }

  async #metrics(): Promise<string> {
    const { outage, report } = this.#deps;
    const { lastConfirmedMs, rotationRequired, cachedSecret } = this.#facts();
    return await report.metrics.render({
      health: this.health(),
      cachedSecret,
      unconfirmedMs:
        lastConfirmedMs === undefined
          ? undefined
          : Math.max(0, SYSTEM_EFFECTS.clock.wallTime() - lastConfirmedMs),
      isRotationRequired: rotationRequired === true,
      isDatabaseReachable: this.#database?.isReachable === true,
      spoolBytes: outage.spool.bytes,
      lookups: this.#open?.lookups.figures ?? NO_LOOKUPS,
      webhook: outage.webhook?.figures ?? NO_WEBHOOK,
    });
  }

  /** Says what people should know at start; what cannot be found out does not keep it from starting. */
  async #sayReady(): Promise<void> {
    const { events } = this.#deps.report;
    if (this.#hasSaidReady || !this.health().canRead) {
      return;
    }
    this.#hasSaidReady = true;
    events.raise("node.ready");
    const status = await this.#secretStatusIfKnown();
    if (status?.isBackedUp === false) {
      events.raise("backup.missing");
    }
    if (status?.trial === true) {
      events.raise("node.trial");
    }
  }

  /** Undefined while the database is away, or holds rows of backups that cannot be read. */
  async #secretStatusIfKnown(): Promise<SecretStatus | undefined> {
    try {
      return await this.secret.status();
    } catch (error) {
      if (!isCoded(error)) {
        throw error;
      }
      if (error.code === "row-not-authentic") {
        this.#deps.report.events.raise("backup.missing");
      }
      return undefined;
    }
  }
}
