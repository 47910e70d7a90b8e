import type { NodeStatus } from "@chatelaine/protocol";
import { parseJoinToken, NodeKeys, type NodeRole } from "@chatelaine/crypto";
import { makePeerHandlers } from "../../src/cluster/issuing.ts";
import { SsoService } from "../../src/cluster/sso-service.ts";
import { SystemCertificates } from "../../src/cluster/certificates/system-certificates.ts";
import { Auditor } from "../../src/domain/audit/auditor.ts";
import { GroupedDisclosures } from "../../src/domain/audit/disclosures.ts";
import { CachedLookups } from "../../src/domain/cached-lookups/cached-lookups.ts";
import { NOTHING_SEEN, type Seen } from "../../src/domain/charter/seen.ts";
import { Trust } from "../../src/domain/charter/trust.ts";
import { getItem } from "../../src/domain/config-item/read-items.ts";
import { setItem } from "../../src/domain/config-item/write-items.ts";
import type { CachedSecretTimings } from "../../src/domain/keyring/cached-secret-timings.ts";
import { KeyringHolder } from "../../src/domain/keyring/keyring-holder.ts";
import type { GiveUpDeps } from "../../src/domain/handover/give-role-up.ts";
import { candidacyFromBackup } from "../../src/domain/membership/candidacy-from-backup.ts";
import { restoreMasterSecret } from "../../src/domain/master-secret/restore-master-secret.ts";
import { pause } from "../../src/platform/scheduler.ts";
import { hpkeSealing } from "../../src/domain/keyring/keyring-sealing.ts";
import {
  MASTERSHIP_TIMINGS,
  type MastershipTimings,
} from "../../src/domain/mastership/mastership-timings.ts";
import { admitNode } from "../../src/domain/membership/admit-node.ts";
import type { ChangeNodesDeps } from "../../src/domain/membership/change-nodes.ts";
import { issueInvitation } from "../../src/domain/membership/issue-invitation.ts";
import type { NodeSelf } from "../../src/domain/node/node-identity.ts";
import { readvertise } from "../../src/domain/membership/readvertise.ts";
import { Roster } from "../../src/domain/node/roster.ts";
import { RowGuard } from "../../src/domain/stamp/row-guard.ts";
import type { SsoDatabase } from "../../src/domain/store/sso-database.ts";
import { MemoryNetwork } from "./memory-network.ts";
import {
  CALLER,
  EFFECTS,
  PASSPHRASE,
  RecordedEvents,
  secret,
  testCipher,
  type TestPlace,
} from "./test-system.ts";

export const MASTERSHIP: MastershipTimings = {
  ...MASTERSHIP_TIMINGS,
  ttlMs: 600,
  renewalMs: 150,
  expiryConfirmationMs: 100,
  pollMs: 25,
};
export const CACHED_SECRET: CachedSecretTimings = {
  graceMs: 900,
  retryMinMs: 10,
  retryMaxMs: 100,
  memberPollMs: 25,
  callMs: 300,
};
const LOOKUP_LIMITS = { entriesMax: 1000, bytesMax: 1_000_000, timeoutMs: 60_000 };

/** What outlives the process of a node. */
export interface NodeState {
  readonly self: NodeSelf;
  readonly address: string;
  seen: Seen;
}

/** One of several nodes of this process, over the same database file. */
export class ClusterNode {
  readonly state: NodeState;
  readonly service: SsoService;
  readonly holder: KeyringHolder;
  readonly events: RecordedEvents;
  readonly database: SsoDatabase;
  readonly #network: MemoryNetwork;
  readonly #trust: Trust;
  readonly #auditor: Auditor;

  private constructor(
    state: NodeState,
    network: MemoryNetwork,
    parts: Pick<ClusterNode, "service" | "holder" | "events" | "database"> & {
      readonly trust: Trust;
      readonly auditor: Auditor;
    },
  ) {
    this.state = state;
    this.service = parts.service;
    this.holder = parts.holder;
    this.events = parts.events;
    this.database = parts.database;
    this.#network = network;
    this.#trust = parts.trust;
    this.#auditor = parts.auditor;
  }

  static async start(
    place: TestPlace,
    network: MemoryNetwork,
    state: NodeState,
  ): Promise<ClusterNode> {
    const { self } = state;
    const database = await place.location.open();
    const events = new RecordedEvents();
    const trust = new Trust(self, events);
    const holder = new KeyringHolder(EFFECTS.clock);
    const auditor = new Auditor(EFFECTS.clock, self.nodeId);
    const roster = new Roster();
    const effects = { ...EFFECTS, events, auditor };
    const service = await SsoService.open({
      ...{ database, self, trust, holder, roster },
      seen: {
        load: () => Promise.resolve(state.seen),
        save: (seen) => {
          state.seen = seen;
          return Promise.resolve();
        },
      },
      peers: network.peersOf(self),
      sealing: hpkeSealing(EFFECTS.random),
      rosterChanged: () => {
        network.rosterChanged(self.nodeId);
      },
      effects: { ...effects, timings: MASTERSHIP, cachedSecret: CACHED_SECRET },
    });
    const node = new ClusterNode(state, network, {
      ...{ service, holder, events, database, trust, auditor },
    });
    network.listen(
      self.nodeId,
      makePeerHandlers(service, {
        status: () => Promise.resolve(node.status()),
        certificate: () => Promise.reject(new TypeError("nobody asks")),
        purge: () => 0,
        admit: (request, source) => admitNode(node.#admitting(), request, source),
      }),
      roster,
    );
    return node;
  }

  get nodeId() {
    return this.state.self.nodeId;
  }

  /** As the master secret server: gives itself the address at which others find it. */
  async advertise(): Promise<void> {
    await readvertise(this.changing(), [this.state.address]);
  }

  /** As the master secret server: a new node, which is not started yet. */
  async admit(role: NodeRole, name: string): Promise<NodeState> {
    const { token } = await issueInvitation(this.changing(), CALLER, { role });
    const { nodeId, secret } = parseJoinToken(token);
    const keys = NodeKeys.generate(EFFECTS.random);
    const address = `${name}.example:4871`;
    const { systemId, authorityKey } = this.state.self;
    const admission = await admitNode(
      this.#admitting(),
      {
        invitationId: nodeId,
        secret: secret.use((bytes) => bytes.slice()),
        name,
        addresses: [address],
        ...keys.publicKeys,
      },
      "127.0.0.1",
    );
    const self = { systemId, authorityKey, nodeId: admission.nodeId, name, keys };
    return { self, address, seen: NOTHING_SEEN };
  }

  changing(): ChangeNodesDeps {
    return {
      database: this.database,
      trust: this.#trust,
      self: this.state.self,
      role: this.service.loop,
      sealing: hpkeSealing(EFFECTS.random),
      records: { ...EFFECTS, auditor: this.#auditor, events: this.events },
    };
  }

  async read(application: string, identifier: string): Promise<string> {
    const name = { application, identifier };
    const item = await this.service.work.run(() => getItem(this.#working(), CALLER, name));
    return String(item.properties["value"]);
  }

  async seal(application: string, identifier: string, value: string): Promise<void> {
    await this.service.work.run(() =>
      setItem(this.#working(), CALLER, {
        ...{ application, identifier, changes: { value } },
        precondition: { kind: "none" },
      }),
    );
  }

  /** What it says of itself to other nodes. */
  status(): NodeStatus {
    const { self } = this.state;
    const { charter, warrant, loop } = this.service;
    return {
      ...{ systemId: self.systemId, nodeId: self.nodeId, nodeName: self.name },
      ...{ role: warrant.role, software: "test", database: this.database.kind },
      health: this.service.health(),
      cachedSecret: this.holder.state(),
      mastership: loop.state.kind === "active" ? "active" : "standby",
      charterSerial: String(charter.serial),
      keyringRevision: String(charter.keyringRevision),
      ...{ startedAtMs: 1, trial: false, databaseReachable: true },
    };
  }

  /** The use cases by which the role changes hands. */
  handingOver(): GiveUpDeps {
    const { loop } = this.service;
    const peers = this.#network.peersOf(this.state.self);
    return {
      ...this.changing(),
      database: this.database,
      role: {
        current: () => loop.current(),
        fenced: loop.fenced.bind(loop),
        handOver: (to) => this.service.handOver(to),
        resumeClaims: () => {
          loop.resumeClaims();
        },
      },
      statusOf: (node) => peers.call(node, "status", {}, CACHED_SECRET.callMs),
      standing: () => {
        const { serial, keyringRevision } = this.service.charter;
        return { charterSerial: serial, keyringRevision };
      },
      waits: {
        clock: EFFECTS.clock,
        pause: (delayMs) => pause(EFFECTS.scheduler, delayMs),
        readyMsMax: 1000,
        takenMsMax: 3000,
      },
    };
  }

  async restore(file: Uint8Array): Promise<readonly number[]> {
    using passphrase = secret(PASSPHRASE);
    const { loop } = this.service;
    return await restoreMasterSecret(
      {
        ...this.changing(),
        database: this.database,
        role: {
          fenced: loop.fenced.bind(loop),
          becomeMaster: this.service.becomeMaster.bind(this.service),
        },
        prepareCandidacy: (secrets, own) => candidacyFromBackup(this.changing(), secrets, own),
        access: { trust: this.#trust, holder: this.holder },
        cipher: testCipher,
        effects: { auditor: this.#auditor },
      },
      CALLER,
      { file, passphrase },
    );
  }

  /** A process that is gone from one moment to the next: its lease stays until it runs out. */
  async kill(): Promise<void> {
    this.#network.leave(this.nodeId);
    await this.database.close();
    await this.service.stop();
  }

  /** A process that ends in order. */
  async stop(): Promise<void> {
    this.#network.leave(this.nodeId);
    await this.service.stop();
    await this.database.close();
  }

  #admitting() {
    const database = this.database;
    return {
      ...this.changing(),
      issuer: new SystemCertificates(this.state.self.systemId, EFFECTS.clock),
      disclosures: new GroupedDisclosures({ ...EFFECTS, database }),
      isMaster: () => this.service.loop.current() !== undefined,
    };
  }

  #working() {
    const { database, events } = this;
    const guard = new RowGuard(events, (version) => this.service.work.mayComeToKnow(version));
    return {
      ...EFFECTS,
      ...{ database, guard, keyring: this.holder, auditor: this.#auditor },
      lookups: new CachedLookups({ ...EFFECTS, database, limits: LOOKUP_LIMITS }),
      disclosures: new GroupedDisclosures({ ...EFFECTS, database }),
    };
  }
}
