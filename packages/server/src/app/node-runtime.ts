import type { Health, NodeStatus, SecretStatus } from "@chatelaine/protocol";
import { CodedError, isCoded } from "../base/coded-error.ts";
import { SsoService } from "../cluster/sso-service.ts";
import type { Caller } from "../domain/access/caller.ts";
import { Auditor } from "../domain/audit/auditor.ts";
import { GroupedDisclosures } from "../domain/audit/disclosures.ts";
import { listAudit, type AuditQuery } from "../domain/audit/list-audit.ts";
import { ImportDesk } from "../domain/bindings/import-desk.ts";
import type { SeenStore } from "../domain/charter/seen.ts";
import { Trust } from "../domain/charter/trust.ts";
import { KeyringHolder } from "../domain/keyring/keyring-holder.ts";
import type { MastershipTimings } from "../domain/mastership/mastership-timings.ts";
import type { NodeSelf } from "../domain/node/node-identity.ts";
import { RowGuard } from "../domain/stamp/row-guard.ts";
import type { DatabaseKind, SsoDatabase } from "../domain/store/sso-database.ts";
import { authenticate } from "../domain/token/authenticate.ts";
import type { NodeOperations, Page } from "../http/node-operations.ts";
import type { WallTimeMs } from "../platform/clock.ts";
import { endOfTurn } from "../platform/scheduler.ts";
import { SYSTEM_EFFECTS } from "./effects.ts";
import type { EventLog } from "./event-log.ts";
import type { Metrics } from "./metrics.ts";
import type { OpenNode } from "./open-node.ts";
import { applicationOperations } from "./operations/application-operations.ts";
import { bindingsOperations } from "./operations/bindings-operations.ts";
import { itemOperations } from "./operations/item-operations.ts";
import { secretOperations } from "./operations/secret-operations.ts";
import { tokenOperations } from "./operations/token-operations.ts";

export interface NodeRuntimeDeps {
  readonly self: NodeSelf;
  readonly seen: SeenStore;
  readonly timings: MastershipTimings;
  readonly software: string;
  readonly databaseKind: DatabaseKind;
  readonly report: { readonly events: EventLog; readonly metrics: Metrics };
}

/** A node from the moment it listens: without a database, then with one. */
export class NodeRuntime implements NodeOperations {
  readonly node = {
    health: () => this.health(),
    metrics: () => this.#deps.report.metrics.render(this.health()),
    status: () => this.#status(),
  };
  readonly secret = secretOperations(() => this.#opened());
  readonly applications = applicationOperations(() => this.#opened());
  readonly items = itemOperations(() => this.#opened());
  readonly bindings = bindingsOperations(() => this.#opened());
  readonly tokens = tokenOperations(() => this.#opened());
  readonly records = {
    audit: async (query: AuditQuery) => await listAudit(this.#opened().database, query),
    events: ({ after, limit }: Page) => this.#deps.report.events.page(after, limit),
  };
  readonly #deps: NodeRuntimeDeps;
  readonly #startedAtMs: WallTimeMs;
  readonly #holder = new KeyringHolder(SYSTEM_EFFECTS.clock);
  readonly #guard: RowGuard;
  readonly #trust: Trust;
  readonly #auditor: Auditor;
  #open: OpenNode | undefined;
  #waitingFor = "the SSO database";

  constructor(deps: NodeRuntimeDeps) {
    this.#deps = deps;
    this.#startedAtMs = SYSTEM_EFFECTS.clock.wallTime();
    this.#guard = new RowGuard(deps.report.events);
    this.#trust = new Trust(deps.self, deps.report.events);
    this.#auditor = new Auditor(SYSTEM_EFFECTS.clock, deps.self.nodeId);
  }

  /** Says what the node waits for while it has no database. */
  waitFor(what: string): void {
    this.#waitingFor = what;
  }

  async open(database: SsoDatabase): Promise<void> {
    const { self, timings, seen, report } = this.#deps;
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
      effects: { ...common, timings },
    });
    this.#open = {
      ...common,
      database,
      service,
      self,
      trust: this.#trust,
      keyring: this.#holder,
      guard: this.#guard,
      disclosures: new GroupedDisclosures(database, endOfTurn),
      importDesk: new ImportDesk(endOfTurn),
    };
    await this.#sayReady();
  }

  async stop(): Promise<void> {
    await this.#open?.service.stop();
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
    return await authenticate(this.#opened(), bearer, origin);
  }

  /** Records a request that was refused (P10). */
  async recordRefusal(caller: Caller, about: Readonly<Record<string, string>>): Promise<void> {
    const entry = this.#auditor.entry(caller, "request.refuse", about, "refused");
    await this.#open?.disclosures.record([entry]);
  }

  async #status(): Promise<NodeStatus> {
    const { self, software, databaseKind } = this.#deps;
    const service = this.#open?.service;
    const mastership = service?.loop.state ?? { kind: "standby" };
    const trial = service !== undefined && (await this.#secretStatusIfKnown())?.trial === true;
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
      ...(service !== undefined && { keyringRevision: String(service.charter.keyringRevision) }),
      trial,
      startedAtMs: this.#startedAtMs,
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

  /** Says what people should know at start; what cannot be found out does not keep it from starting. */
  async #sayReady(): Promise<void> {
    const { events } = this.#deps.report;
    if (!this.health().canRead) {
      return;
    }
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
