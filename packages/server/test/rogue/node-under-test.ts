import { NodeKeys, SecretBytes, text, type NodeId } from "@chatelaine/crypto";
import { EVENTS, type EventCode, type SecretStatus } from "@chatelaine/protocol";
import { SYSTEM_EFFECTS } from "../../src/app/effects.ts";
import { SystemCertificates } from "../../src/cluster/certificates/system-certificates.ts";
import { NO_PEERS } from "../../src/cluster/no-peers.ts";
import { CACHED_SECRET_TIMINGS } from "../../src/domain/keyring/cached-secret-timings.ts";
import { hpkeSealing } from "../../src/domain/keyring/keyring-sealing.ts";
import { Roster } from "../../src/domain/node/roster.ts";
import { SsoService } from "../../src/cluster/sso-service.ts";
import { localAdministrator, type Caller } from "../../src/domain/access/caller.ts";
import type { ApplicationId } from "../../src/domain/application-id/application-id.ts";
import {
  type Application,
  applicationStampColumns,
} from "../../src/domain/application/application.ts";
import { findApplication } from "../../src/domain/application/get-application.ts";
import { createApplication } from "../../src/domain/application/manage-applications.ts";
import { Auditor } from "../../src/domain/audit/auditor.ts";
import { CachedLookups } from "../../src/domain/cached-lookups/cached-lookups.ts";
import { GroupedDisclosures } from "../../src/domain/audit/disclosures.ts";
import { revealBindings } from "../../src/domain/bindings/export-bindings.ts";
import { importBindings } from "../../src/domain/bindings/import-bindings.ts";
import { listBindings } from "../../src/domain/bindings/list-bindings.ts";
import type { Seen } from "../../src/domain/charter/seen.ts";
import { Trust } from "../../src/domain/charter/trust.ts";
import {
  itemHistory,
  revealItem,
  type ReadItemsDeps,
} from "../../src/domain/config-item/read-items.ts";
import {
  deleteItem,
  rollBackItem,
  setItem,
  type WriteItemsDeps,
} from "../../src/domain/config-item/write-items.ts";
import type { EventSink } from "../../src/domain/event/event-sink.ts";
import { KeyringHolder } from "../../src/domain/keyring/keyring-holder.ts";
import type { BackupCipher } from "../../src/domain/master-secret/backup-cipher.ts";
import {
  backupMasterSecret,
  type BackupDeps,
  type MadeBackup,
} from "../../src/domain/master-secret/backup-master-secret.ts";
import { candidacyFromBackup } from "../../src/domain/membership/candidacy-from-backup.ts";
import { restoreMasterSecret } from "../../src/domain/master-secret/restore-master-secret.ts";
import { secretStatus } from "../../src/domain/master-secret/secret-status.ts";
import { verifyBackup, type VerifyDeps } from "../../src/domain/master-secret/verify-backup.ts";
import {
  MASTERSHIP_TIMINGS,
  type MastershipTimings,
} from "../../src/domain/mastership/mastership-timings.ts";
import type { Admission } from "../../src/domain/node/admission.ts";
import { admitNode } from "../../src/domain/membership/admit-node.ts";
import type { NodeSelf } from "../../src/domain/node/node-identity.ts";
import { RowGuard, type StampedRowToWrite } from "../../src/domain/stamp/row-guard.ts";
import type { SsoDatabase, SsoDatabaseLocation } from "../../src/domain/store/sso-database.ts";
import { authenticate, type AuthenticateDeps } from "../../src/domain/token/authenticate.ts";
import {
  createToken,
  listTokens,
  revokeToken,
  type ManageTokensDeps,
} from "../../src/domain/token/manage-tokens.ts";
import { bindingFile } from "../support/binding-files.ts";
import { ClaimWatch } from "./claim-watch.ts";

export const CALLER: Caller = localAdministrator("socket", "req");

/** The one field of every application here; what the attacker would like to unmask. */
export const FIELD = "value";
const NONE = { kind: "none" } as const;

/** Leases as in production; an expired one is claimed at the second look. */
const TIMINGS: MastershipTimings = {
  ...MASTERSHIP_TIMINGS,
  expiryConfirmationMs: 0,
  pollMs: 1,
};

function text8(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** A cipher that hides nothing: what age does is not the database's concern. */
export const CLEAR_CIPHER: BackupCipher = {
  encrypt: (contents) => Promise.resolve(contents.use((bytes) => new Uint8Array(bytes))),
  decrypt: (file) => Promise.resolve(SecretBytes.copyOf(file)),
};

/** A node as `app` composes it, with what is not served over HTTP yet. */
export class NodeUnderTest {
  readonly database: SsoDatabase;
  readonly service: SsoService;
  readonly #self: NodeSelf;
  readonly #watch: ClaimWatch;
  readonly #parts: Parts;

  private constructor(self: NodeSelf, watch: ClaimWatch, service: SsoService, parts: Parts) {
    this.#self = self;
    this.#watch = watch;
    this.database = watch.database;
    this.service = service;
    this.#parts = parts;
  }

  /**
   * Opens the database afresh and waits until the node is master secret server or has found that
   * it cannot be. `events` takes what is raised, also by an opening that fails.
   */
  static async open(
    location: SsoDatabaseLocation,
    self: NodeSelf,
    seen: Seen,
    events: EventCode[] = [],
  ): Promise<NodeUnderTest> {
    const watch = new ClaimWatch(await location.open());
    const parts = makeParts(self, seen, { raise: (code) => events.push(code) });
    try {
      const service = await SsoService.open({
        database: watch.database,
        self,
        trust: parts.trust,
        holder: parts.holder,
        seen: parts.seen,
        roster: new Roster(),
        peers: NO_PEERS,
        sealing: hpkeSealing(SYSTEM_EFFECTS.random),
        effects: {
          ...SYSTEM_EFFECTS,
          events: parts.events,
          auditor: parts.auditor,
          timings: TIMINGS,
          cachedSecret: CACHED_SECRET_TIMINGS,
        },
      });
      if (service.health().canRead && !events.includes("trust.database-behind")) {
        await watch.settled;
      }
      if (watch.hasClaimed) {
        await service.becomeMaster();
      }
      return new NodeUnderTest(self, watch, service, parts);
    } catch (error) {
      await watch.database.close();
      throw error;
    }
  }

  /** What the node has seen by now. */
  seen(): Seen {
    return this.#parts.seen.last;
  }

  /** Waits for the node's next attempt to take the role: whether it succeeded. */
  nextClaim(): Promise<boolean> {
    return this.#watch.nextClaim();
  }

  async createApplication(name: string): Promise<ApplicationId> {
    const { applicationId } = await createApplication(this.#working(), CALLER, {
      name,
      type: "config-store",
      enabled: true,
      fields: [{ name: FIELD, masked: true }],
    });
    return applicationId as ApplicationId;
  }

  async getApplication(applicationId: ApplicationId): Promise<Application> {
    const { guard, holder } = this.#parts;
    const found = await this.database.read((stores) =>
      findApplication(stores, guard, holder.forReading(), CALLER, applicationId),
    );
    return found.row;
  }

  stampApplication(application: Application): StampedRowToWrite<Application> {
    const { guard, holder } = this.#parts;
    return guard.stamp(holder.forSealing(), applicationStampColumns, application);
  }

  async setItem(applicationId: ApplicationId, identifier: string, clear: string): Promise<void> {
    const changes = { [FIELD]: clear };
    const name = { application: applicationId, identifier };
    await setItem(this.#working(), CALLER, { ...name, changes, precondition: NONE });
  }

  /** Imports a binding file with one port of that password; what became of the stored file. */
  async importBindings(name: string, password: string): Promise<string> {
    const bytes = bindingFile(name, [{ port: "Port", password }]);
    const request = { name, file: `${name}.xml`, bytes, repeatable: undefined };
    const steps = { step: () => Promise.resolve() };
    const { outcome } = await importBindings(this.#working(), CALLER, request, steps);
    return outcome;
  }

  /** The password in the binding file. */
  async revealBindings(name: string): Promise<string> {
    const deps = { ...this.#working(), breathe: () => Promise.resolve() };
    const { file } = await revealBindings(deps, CALLER, name);
    const [, password = "none"] = /password vt="8"&gt;(.*?)&lt;/.exec(text8(file)) ?? [];
    return password;
  }

  async listBindings(): Promise<string> {
    const page = { after: undefined, limit: 10 };
    const { items } = await listBindings(this.#working(), CALLER, page);
    return items.map(({ name }) => name).join(" ");
  }

  async deleteItem(applicationId: ApplicationId, identifier: string): Promise<void> {
    const name = { application: applicationId, identifier };
    await deleteItem(this.#working(), CALLER, { ...name, precondition: NONE });
  }

  /** A write with an idempotency key; the revision that it answers. */
  async setOnce(applicationId: ApplicationId, key: string): Promise<string> {
    const { revision } = await setItem(this.#working(), CALLER, {
      application: applicationId,
      identifier: "once",
      changes: { [FIELD]: "written once" },
      precondition: NONE,
      repeatable: { key, request: text(`set once, ${key}`) },
    });
    return revision;
  }

  /** The revisions that there were, newest first. */
  async history(applicationId: ApplicationId, identifier: string): Promise<readonly string[]> {
    const name = { application: applicationId, identifier };
    const { items } = await itemHistory(this.#working(), CALLER, name);
    return items.map(({ revision }) => revision);
  }

  async rollBack(
    applicationId: ApplicationId,
    identifier: string,
    revision: string,
  ): Promise<void> {
    const name = { application: applicationId, identifier };
    await rollBackItem(this.#working(), CALLER, { ...name, revision, precondition: NONE });
  }

  /** A new token, as its bearer presents it. */
  async createToken(name: string, application?: ApplicationId): Promise<string> {
    const { token } = await createToken(
      this.#working(),
      CALLER,
      application === undefined
        ? { name, kind: "admin" }
        : { name, kind: "reader", applications: [application] },
    );
    return token?.use((bytes) => new TextDecoder().decode(bytes)) ?? "";
  }

  async revokeToken(tokenId: string): Promise<void> {
    await revokeToken(this.#working(), CALLER, tokenId);
  }

  async listTokens(): Promise<readonly string[]> {
    return (await listTokens(this.#working())).map(({ name }) => name);
  }

  authenticate(bearer: string): Promise<Caller> {
    return authenticate(this.#working(), bearer, { source: "127.0.0.1", requestId: "req" });
  }

  async reveal(applicationId: ApplicationId, identifier: string): Promise<string> {
    const name = { application: applicationId, identifier };
    const { properties } = await revealItem(this.#working(), CALLER, name);
    return String(properties[FIELD]);
  }

  status(): Promise<SecretStatus> {
    const { trust, holder, guard } = this.#parts;
    return secretStatus({ database: this.database, trust, keyring: holder, guard });
  }

  async backup(path: string): Promise<MadeBackup> {
    using passphrase = somePassphrase();
    return await backupMasterSecret(this.#backing(), CALLER, { path, passphrase });
  }

  async verify(path: string, file: Uint8Array): Promise<void> {
    using passphrase = somePassphrase();
    await verifyBackup(this.#backing(), CALLER, { path, file, passphrase });
  }

  async restore(file: Uint8Array): Promise<void> {
    using passphrase = somePassphrase();
    const { trust, holder, auditor } = this.#parts;
    const self = this.#self;
    const sealing = hpkeSealing(SYSTEM_EFFECTS.random);
    await restoreMasterSecret(
      {
        database: this.database,
        role: {
          fenced: (act, run) => this.service.loop.fenced(act, run),
          becomeMaster: this.service.becomeMaster.bind(this.service),
        },
        access: { trust, holder },
        ...{ self, sealing, cipher: CLEAR_CIPHER, effects: { auditor } },
        prepareCandidacy: (secrets, own) => candidacyFromBackup({ self, sealing }, secrets, own),
      },
      CALLER,
      { file, passphrase },
    );
  }

  /** A machine with new keys redeems an invitation here. */
  async admit(nodeId: NodeId, secret: Uint8Array): Promise<Admission> {
    const { trust, auditor, events } = this.#parts;
    const { database, service } = this;
    const deps = {
      database,
      trust,
      self: this.#self,
      role: service.loop,
      sealing: hpkeSealing(SYSTEM_EFFECTS.random),
      records: { auditor, events, ...SYSTEM_EFFECTS },
      issuer: new SystemCertificates(this.#self.systemId, SYSTEM_EFFECTS.clock),
      disclosures: new GroupedDisclosures({ ...SYSTEM_EFFECTS, database }),
      isMaster: () => service.loop.state.kind === "active",
    };
    const { publicKeys } = NodeKeys.generate(SYSTEM_EFFECTS.random);
    const request = { ...publicKeys, invitationId: nodeId, secret, name: "joiner", addresses: [] };
    return await admitNode(deps, request, "192.0.2.9");
  }

  async stop(): Promise<void> {
    await this.service.stop();
    await this.database.close();
  }

  #working(): Working {
    const { holder, guard, auditor } = this.#parts;
    const { database } = this;
    const disclosures = new GroupedDisclosures({ ...SYSTEM_EFFECTS, database });
    const limits = { entriesMax: 1, bytesMax: 1, timeoutMs: 0 };
    const lookups = new CachedLookups({ ...SYSTEM_EFFECTS, database, limits });
    return { database, lookups, keyring: holder, guard, auditor, disclosures, ...SYSTEM_EFFECTS };
  }

  #backing(): Backing {
    const { holder, trust, guard, auditor } = this.#parts;
    return {
      database: this.database,
      role: this.service.loop,
      access: { trust, keyring: holder, identity: this.#self },
      self: this.#self,
      cipher: CLEAR_CIPHER,
      records: { guard, auditor, ...SYSTEM_EFFECTS },
    };
  }
}

/** What of the events tells people that something is wrong: each once, in order of the alphabet. */
export function alarms(events: readonly EventCode[]): readonly EventCode[] {
  return [...new Set(events)].filter((code) => EVENTS[code].severity !== "info").sort();
}

type Working = AuthenticateDeps &
  ReadItemsDeps &
  WriteItemsDeps &
  ManageTokensDeps & { readonly database: SsoDatabase; readonly keyring: KeyringHolder };
type Backing = BackupDeps & VerifyDeps & { readonly database: SsoDatabase };

interface Parts {
  readonly trust: Trust;
  readonly holder: KeyringHolder;
  readonly guard: RowGuard;
  readonly auditor: Auditor;
  readonly events: EventSink;
  readonly seen: RememberedSeen;
}

function makeParts(self: NodeSelf, seen: Seen, events: EventSink): Parts {
  return {
    trust: new Trust(self, events),
    holder: new KeyringHolder(SYSTEM_EFFECTS.clock),
    guard: new RowGuard(events),
    auditor: new Auditor(SYSTEM_EFFECTS.clock, self.nodeId),
    events,
    seen: new RememberedSeen(seen),
  };
}

/** A state directory's memory without the directory. */
class RememberedSeen {
  last: Seen;

  constructor(seen: Seen) {
    this.last = seen;
  }

  load(): Promise<Seen> {
    return Promise.resolve(this.last);
  }

  save(seen: Seen): Promise<void> {
    this.last = seen;
    return Promise.resolve();
  }
}

function somePassphrase(): SecretBytes {
  return SecretBytes.copyOf(text("not used by the clear cipher"));
}
