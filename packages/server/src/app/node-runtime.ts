import type { SecretBytes } from "@chatelaine/crypto";
import type {
  BackupMade,
  BackupParameters,
  BackupReport,
  EventCode,
  Health,
  NodeStatus,
  RestoreReport,
  SecretStatus,
  VerifyParameters,
} from "@chatelaine/protocol";
import { CodedError } from "../base/coded-error.ts";
import { SsoService } from "../cluster/sso-service.ts";
import type { Caller } from "../domain/access/caller.ts";
import type { AuditAction } from "../domain/audit/audit-action.ts";
import { Auditor } from "../domain/audit/auditor.ts";
import { recordingRefusals } from "../domain/audit/record-refusal.ts";
import type { SeenStore } from "../domain/charter/seen.ts";
import { Trust } from "../domain/charter/trust.ts";
import type { EventSink } from "../domain/event/event-sink.ts";
import { KeyringHolder } from "../domain/keyring/keyring-holder.ts";
import { backupMasterSecret } from "../domain/master-secret/backup-master-secret.ts";
import { restoreMasterSecret } from "../domain/master-secret/restore-master-secret.ts";
import {
  renderVersions,
  secretStatus,
  type SecretStatusDeps,
} from "../domain/master-secret/secret-status.ts";
import { verifyBackup } from "../domain/master-secret/verify-backup.ts";
import type { MastershipTimings } from "../domain/mastership/mastership-timings.ts";
import type { NodeSelf } from "../domain/node/node-identity.ts";
import { RowGuard } from "../domain/stamp/row-guard.ts";
import type { DatabaseKind, SsoDatabase } from "../domain/store/sso-database.ts";
import type { NodeOperations } from "../http/node-operations.ts";
import type { WallTimeMs } from "../platform/clock.ts";
import { ageBackupCipher } from "./age-backup-cipher.ts";
import { SYSTEM_EFFECTS } from "./effects.ts";
import type { Metrics } from "./metrics.ts";

export interface NodeRuntimeDeps {
  readonly self: NodeSelf;
  readonly seen: SeenStore;
  readonly timings: MastershipTimings;
  readonly software: string;
  readonly databaseKind: DatabaseKind;
  readonly report: { readonly events: EventSink; readonly metrics: Metrics };
}

/** A node from the moment it listens: without a database, then with one. */
export class NodeRuntime implements NodeOperations {
  readonly #deps: NodeRuntimeDeps;
  readonly #startedAtMs: WallTimeMs;
  readonly #holder = new KeyringHolder(SYSTEM_EFFECTS.clock);
  readonly #guard: RowGuard;
  readonly #trust: Trust;
  readonly #auditor: Auditor;
  #open: { readonly database: SsoDatabase; readonly service: SsoService } | undefined;
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
    const { events } = this.#deps.report;
    const durability = await database.durability();
    if (!durability.keepsCommits) {
      events.raise("database.may-lose-commits", { reason: durability.reason ?? "" });
    }
    const service = await SsoService.open({
      database,
      self: this.#deps.self,
      trust: this.#trust,
      holder: this.#holder,
      seen: this.#deps.seen,
      effects: {
        ...SYSTEM_EFFECTS,
        events,
        auditor: this.#auditor,
        timings: this.#deps.timings,
      },
    });
    this.#open = { database, service };
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

  metrics(): Promise<string> {
    return this.#deps.report.metrics.render(this.health());
  }

  async status(): Promise<NodeStatus> {
    const { self, software, databaseKind } = this.#deps;
    const service = this.#open?.service;
    const mastership = service?.loop.state ?? { kind: "standby" };
    const { trial } = service === undefined ? { trial: false } : await this.secretStatus();
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

  async secretStatus(): Promise<SecretStatus> {
    return await secretStatus(this.#statusDeps());
  }

  async backup(
    caller: Caller,
    { path }: BackupParameters,
    passphrase: SecretBytes,
  ): Promise<{ made: BackupMade; file: Uint8Array }> {
    const { database, service } = this.#opened();
    const { self } = this.#deps;
    const deps = {
      database,
      role: service.loop,
      access: { trust: this.#trust, keyring: this.#holder },
      self,
      cipher: ageBackupCipher,
      records: this.#records(),
    };
    const { backup, file } = await this.#attempt(caller, "secret.backup", "backup.failed", () =>
      backupMasterSecret(deps, caller, { path, passphrase }),
    );
    const { backupId, madeAtMs } = backup;
    this.#deps.report.events.raise("backup.made", { backupId });
    const { systemId, name: nodeName } = self;
    const versions = renderVersions(service.charter);
    return { made: { backupId, systemId, nodeName, madeAtMs, versions }, file };
  }

  async verifyBackup(
    caller: Caller,
    { path }: VerifyParameters,
    passphrase: SecretBytes,
    file: Uint8Array,
  ): Promise<BackupReport> {
    const { database, service } = this.#opened();
    const { self } = this.#deps;
    const deps = {
      database,
      role: service.loop,
      access: { trust: this.#trust, keyring: this.#holder, identity: self },
      cipher: ageBackupCipher,
      records: this.#records(),
    };
    const { backup, nodeName } = await this.#attempt(
      caller,
      "secret.backup.verify",
      "backup.failed",
      () => verifyBackup(deps, caller, { path, passphrase, file }),
    );
    const { backupId, madeAtMs, place } = backup;
    this.#deps.report.events.raise("backup.verified", { backupId });
    const versions = renderVersions(service.charter);
    return { backupId, systemId: self.systemId, nodeName, madeAtMs, versions, place };
  }

  async restore(caller: Caller, passphrase: SecretBytes, file: Uint8Array): Promise<RestoreReport> {
    const { database, service } = this.#opened();
    const deps = {
      database,
      role: {
        fenced: service.loop.fenced.bind(service.loop),
        becomeMaster: () => service.becomeMaster(),
      },
      access: { trust: this.#trust, holder: this.#holder },
      self: this.#deps.self,
      cipher: ageBackupCipher,
      effects: { auditor: this.#auditor, random: SYSTEM_EFFECTS.random },
    };
    const restoredVersions = await this.#attempt(
      caller,
      "secret.restore",
      "master-secret.restore-failed",
      () => restoreMasterSecret(deps, caller, { passphrase, file }),
    );
    const versions = restoredVersions.join(" ");
    this.#deps.report.events.raise("master-secret.restored", { versions });
    return { restoredVersions, health: this.health() };
  }

  /** A failure raises its event, and a refusal is audited, whoever was refused what (P10). */
  async #attempt<T>(
    caller: Caller,
    action: AuditAction,
    failed: EventCode,
    attempt: () => Promise<T>,
  ): Promise<T> {
    const { database } = this.#opened();
    try {
      return await recordingRefusals({ database, auditor: this.#auditor }, caller, action, attempt);
    } catch (error) {
      const code = error instanceof CodedError ? error.code : "internal";
      this.#deps.report.events.raise(failed, { code });
      throw error;
    }
  }

  #opened(): { readonly database: SsoDatabase; readonly service: SsoService } {
    if (this.#open === undefined) {
      throw new CodedError("database-unavailable", {
        detail: `the node waits for ${this.#waitingFor}; nothing was done`,
      });
    }
    return this.#open;
  }

  #records(): Parameters<typeof backupMasterSecret>[0]["records"] {
    return { guard: this.#guard, auditor: this.#auditor, ...SYSTEM_EFFECTS };
  }

  #statusDeps(): SecretStatusDeps {
    const { database } = this.#opened();
    return { database, trust: this.#trust, keyring: this.#holder, guard: this.#guard };
  }

  async #sayReady(): Promise<void> {
    const { events } = this.#deps.report;
    if (!this.health().canRead) {
      return;
    }
    events.raise("node.ready");
    const status = await this.secretStatus();
    if (!status.isBackedUp) {
      events.raise("backup.missing");
    }
    if (status.trial) {
      events.raise("node.trial");
    }
  }
}
