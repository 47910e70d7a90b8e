import { fromBase64, fromHex, toBase64, type Keyring } from "@chatelaine/crypto";
import { databaseLocation } from "../../../packages/server/src/app/database-location.ts";
import { SYSTEM_EFFECTS } from "../../../packages/server/src/app/effects.ts";
import { StateDirectory } from "../../../packages/server/src/app/state-directory.ts";
import { NO_PEERS } from "../../../packages/server/src/cluster/no-peers.ts";
import { CACHED_SECRET_TIMINGS } from "../../../packages/server/src/domain/keyring/cached-secret-timings.ts";
import { hpkeSealing } from "../../../packages/server/src/domain/keyring/keyring-sealing.ts";
import { Roster } from "../../../packages/server/src/domain/node/roster.ts";
import { SsoService } from "../../../packages/server/src/cluster/sso-service.ts";
import { localAdministrator } from "../../../packages/server/src/domain/access/caller.ts";
import type { ApplicationId } from "../../../packages/server/src/domain/application-id/application-id.ts";
import { createApplication } from "../../../packages/server/src/domain/application/manage-applications.ts";
import { Auditor } from "../../../packages/server/src/domain/audit/auditor.ts";
import { GroupedDisclosures } from "../../../packages/server/src/domain/audit/disclosures.ts";
import { CachedLookups } from "../../../packages/server/src/domain/cached-lookups/cached-lookups.ts";
import type { SeenStore } from "../../../packages/server/src/domain/charter/seen.ts";
import { Trust } from "../../../packages/server/src/domain/charter/trust.ts";
import { revealItem } from "../../../packages/server/src/domain/config-item/read-items.ts";
import { setItem } from "../../../packages/server/src/domain/config-item/write-items.ts";
import { KeyringHolder } from "../../../packages/server/src/domain/keyring/keyring-holder.ts";
import { MASTERSHIP_TIMINGS } from "../../../packages/server/src/domain/mastership/mastership-timings.ts";
import type { NodeSelf } from "../../../packages/server/src/domain/node/node-identity.ts";
import { RowGuard } from "../../../packages/server/src/domain/stamp/row-guard.ts";
import type { SsoDatabase } from "../../../packages/server/src/domain/store/sso-database.ts";
import { databaseFiles } from "../../../packages/server/src/platform/database-files.ts";
import {
  acquireLock,
  type HeldLock,
} from "../../../packages/server/src/storage/sqlite/state-directory-lock.ts";
import { eventually } from "./eventually.ts";

interface Parts {
  readonly database: SsoDatabase;
  readonly service: SsoService;
  readonly holder: KeyringHolder;
  readonly guard: RowGuard;
  readonly auditor: Auditor;
  readonly lock: HeldLock;
}

const SEALS_WITHIN_MS = 10_000;
const CALLER = localAdministrator("process", "req_test");
/** The one field of the applications made here; holds bytes in base64. */
export const CONTENT_FIELD = "content";
const NOTHING_KEPT = { entriesMax: 1, bytesMax: 1, timeoutMs: 0 };
const EVENTS = { raise: () => undefined };

/**
 * A node of a state directory in this process, without its listeners: the same parts and use
 * cases that `chatelaine start` wires.
 */
export class TestNode {
  readonly #parts: Parts;

  private constructor(parts: Parts) {
    this.#parts = parts;
  }

  static async open(stateDirectory: string): Promise<TestNode> {
    const seen = new StateDirectory(stateDirectory);
    const self = await seen.self();
    const lock = await acquireLock(seen.lockPath, databaseFiles);
    if (lock === undefined) {
      throw new Error("another process runs this node");
    }
    try {
      const location = await databaseLocation(SYSTEM_EFFECTS, await seen.locator(), () =>
        seen.databaseUrl(),
      );
      return await TestNode.#openWith(await location.open(), { self, seen, lock });
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  static async #openWith(
    database: SsoDatabase,
    { self, seen, lock }: { self: NodeSelf; seen: SeenStore; lock: HeldLock },
  ): Promise<TestNode> {
    const holder = new KeyringHolder(SYSTEM_EFFECTS.clock);
    const auditor = new Auditor(SYSTEM_EFFECTS.clock, self.nodeId);
    const effects = {
      ...SYSTEM_EFFECTS,
      events: EVENTS,
      auditor,
      timings: MASTERSHIP_TIMINGS,
      cachedSecret: CACHED_SECRET_TIMINGS,
    };
    const alone = {
      roster: new Roster(),
      peers: NO_PEERS,
      sealing: hpkeSealing(SYSTEM_EFFECTS.random),
    };
    const trust = new Trust(self, EVENTS);
    try {
      const service = await SsoService.open({
        ...{ database, self, trust, holder, seen },
        ...alone,
        effects,
      });
      const guard = new RowGuard(EVENTS);
      return new TestNode({ database, service, holder, guard, auditor, lock });
    } catch (error) {
      await database.close();
      throw error;
    }
  }

  /** Waits until values can be sealed; returns the epoch of this node's mastership. */
  async master(): Promise<bigint> {
    return eventually("to be master secret server", SEALS_WITHIN_MS, () => {
      const { state } = this.#parts.service.loop;
      return state.kind === "active" && this.#parts.holder.state() === "confirmed"
        ? state.id.epoch
        : undefined;
    });
  }

  async createApplication(name: string): Promise<ApplicationId> {
    const made = await createApplication(this.#deps(), CALLER, {
      name,
      type: "config-store",
      enabled: true,
      fields: [{ name: CONTENT_FIELD, masked: true }],
    });
    return made.applicationId as ApplicationId;
  }

  /** Returns the new revision. */
  async set(
    applicationId: ApplicationId,
    identifier: string,
    content: Uint8Array,
  ): Promise<Uint8Array> {
    const { revision } = await setItem(this.#deps(), CALLER, {
      application: applicationId,
      identifier,
      precondition: { kind: "none" },
      changes: { [CONTENT_FIELD]: toBase64(content) },
    });
    return fromHex(revision);
  }

  async reveal(
    applicationId: ApplicationId,
    identifier: string,
  ): Promise<{ readonly revision: Uint8Array; readonly content: Uint8Array }> {
    const name = { application: applicationId, identifier };
    const { revision, properties } = await revealItem(this.#deps(), CALLER, name);
    return {
      revision: fromHex(revision),
      content: fromBase64(String(properties[CONTENT_FIELD])),
    };
  }

  get keyring(): Keyring {
    return this.#parts.holder.forReading();
  }

  async stop(): Promise<void> {
    await this.#parts.service.stop();
    await this.#parts.database.close();
    this.#parts.lock.release();
  }

  #deps() {
    const { database, holder, guard, auditor } = this.#parts;
    const disclosures = new GroupedDisclosures({ ...SYSTEM_EFFECTS, database });
    const lookups = new CachedLookups({ ...SYSTEM_EFFECTS, database, limits: NOTHING_KEPT });
    return { database, lookups, keyring: holder, guard, auditor, disclosures, ...SYSTEM_EFFECTS };
  }
}
