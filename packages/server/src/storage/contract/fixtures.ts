import {
  concat,
  parseApiTokenId,
  parseNodeId,
  parseSystemId,
  type NodeId,
  type SystemId,
  u32,
} from "@chatelaine/crypto";
import type { ApplicationId } from "../../domain/application-id/application-id.ts";
import type { Application } from "../../domain/application/application.ts";
import type { AuditEntry } from "../../domain/audit/audit-store.ts";
import type { Backup } from "../../domain/backup/backup-store.ts";
import type {
  SealedConfigItem,
  SealingVersion,
} from "../../domain/config-item/config-item-store.ts";
import type { IdempotencyRow } from "../../domain/idempotency/idempotency-store.ts";
import type { VersionRow } from "../../domain/keyring/version-store.ts";
import type { ClaimDecision, MastershipId } from "../../domain/mastership/mastership-store.ts";
import type { StampedRowToWrite } from "../../domain/stamp/row-guard.ts";
import type {
  FoundingStores,
  SsoDatabase,
  SsoDatabaseLocation,
} from "../../domain/store/sso-database.ts";
import type { ApiToken } from "../../domain/token/api-token.ts";
import type { WallTimeMs } from "../../platform/clock.ts";
import type { Migration } from "../migrations/migration.ts";

/** One empty place for an SSO database, and what a stranger could do to it. */
export interface TestPlace {
  readonly location: SsoDatabaseLocation;
  /** The same place, seen by software that knows these migrations. */
  seenWith(migrations: readonly Migration[]): SsoDatabaseLocation;
  /** Runs SQL of both dialects on a connection of its own, as a writer of the database would. */
  execute(sql: string): Promise<void>;
  /** Names of all tables, of whomever; undefined if there is no database at all. */
  tables(): Promise<readonly string[] | undefined>;
  discard(): Promise<void>;
}

export type MakePlace = () => Promise<TestPlace>;

export const SYSTEM_ID: SystemId = parseSystemId("aaaaaaaaaaaaaaaaaaaaaaaaaa");
export const NODE_A: NodeId = parseNodeId("nod_aaaaaaaaaaaaaaaa");
export const NODE_B: NodeId = parseNodeId("nod_bbbbbbbbbbbbbbbb");
export const APPLICATION_ID = "app_aaaaaaaaaaaaaaaa" as ApplicationId;
export const AT_MS = 1_700_000_000_000 as WallTimeMs;

export const FIRST_PAGE = { after: 0n, limit: 10 };

export const VERSION_1: VersionRow = { number: 1, checkValue: filled(32, 1), state: "primary" };
export const SEALING_1: SealingVersion = VERSION_1;
export const VERSION_2: VersionRow = { number: 2, checkValue: filled(32, 2), state: "prepared" };
export const SEALING_2: SealingVersion = VERSION_2;

export const NOBODY: MastershipId = { epoch: 0n, claimId: new Uint8Array(16) };
export const FIRST: MastershipId = { epoch: 1n, claimId: filled(16, 1) };
export const SECOND: MastershipId = { epoch: 2n, claimId: filled(16, 2) };

export function filled(length: number, value: number): Uint8Array {
  return new Uint8Array(length).fill(value);
}

export function stampUnder(version: number): Uint8Array {
  return concat(u32(version), filled(32, 9));
}

/** Bytes with the header of a sealed value; what follows does not matter to storage. */
export function sealedUnder(version: number, content = 7): Uint8Array {
  return concat(filled(1, 1), u32(version), u32(0), filled(41, content));
}

export function makeApplication(
  overrides: Partial<Application> = {},
  stampVersion = 1,
): StampedRowToWrite<Application> {
  const row: Application = {
    applicationId: APPLICATION_ID,
    revision: filled(16, 3),
    name: "Orders",
    type: "config-store",
    generation: 0,
    isEnabled: true,
    settings: '{"description":"Orders, été"}',
    ...overrides,
  };
  return { row, stamp: stampUnder(stampVersion), stampVersion };
}

export function makeItem(overrides: Partial<SealedConfigItem> = {}): SealedConfigItem {
  return {
    applicationId: APPLICATION_ID,
    identifier: "ReceiveLocation1",
    revision: filled(16, 4),
    sealed: sealedUnder(1),
    writtenAtMs: AT_MS,
    writtenBy: "local-administrator",
    ...overrides,
  };
}

export function makeToken(
  overrides: Partial<ApiToken> = {},
  stampVersion = 1,
): StampedRowToWrite<ApiToken> {
  const row: ApiToken = {
    tokenId: parseApiTokenId("aaaaaaaaaaaaaaaa"),
    revision: filled(16, 6),
    secretHash: filled(32, 7),
    name: "build server",
    kind: "reader",
    mayReveal: false,
    applications: [APPLICATION_ID],
    createdAtMs: AT_MS,
    createdBy: "local-administrator",
    expiresAtMs: (AT_MS + 1) as WallTimeMs,
    ...overrides,
  };
  return { row, stamp: stampUnder(stampVersion), stampVersion };
}

export function makeIdempotencyRow(overrides: Partial<IdempotencyRow> = {}): IdempotencyRow {
  return {
    caller: "local-administrator",
    key: "key 1",
    requestHash: filled(32, 8),
    status: 201,
    answer: '{"applicationId":"app_aaaaaaaaaaaaaaaa"}',
    createdAtMs: AT_MS,
    ...overrides,
  };
}

export function makeBackup(
  overrides: Partial<Backup> = {},
  stampVersion = 1,
): StampedRowToWrite<Backup> {
  const row: Backup = {
    backupId: "bak_aaaaaaaaaaaaaaaa",
    revision: filled(16, 5),
    madeAtMs: AT_MS,
    verifiedAtMs: undefined,
    place: "chosen",
    path: "/srv/backups/sso.age",
    versions: [{ number: 1, checkValue: VERSION_1.checkValue }],
    ...overrides,
  };
  return { row, stamp: stampUnder(stampVersion), stampVersion };
}

export function makeAuditEntry(overrides: Partial<AuditEntry> = {}): AuditEntry {
  return {
    atMs: AT_MS,
    nodeId: NODE_A,
    action: "config.set",
    outcome: "done",
    caller: "local-administrator",
    source: "socket",
    requestId: "req_1",
    about: { applicationId: APPLICATION_ID, identifier: "ReceiveLocation1" },
    ...overrides,
  };
}

export function claimOf(
  mastership: MastershipId,
  overrides: Partial<ClaimDecision & { kind: "claim" }> = {},
): ClaimDecision {
  return {
    kind: "claim",
    mastership,
    nodeId: NODE_A,
    ttlMs: 60_000,
    audit: makeAuditEntry({ action: "mastership.claim", about: {} }),
    ...overrides,
  };
}

/** A system with one node and version 1. */
export async function foundSystem({
  system,
  nodes,
  versions,
  charter,
}: FoundingStores): Promise<void> {
  await system.create({ systemId: SYSTEM_ID, createdAtMs: AT_MS });
  await nodes.put({ nodeId: NODE_A, warrant: "warrant of A\n" });
  await versions.add(VERSION_1);
  await charter.put({ serial: 1n, note: "first charter\n" });
}

/** A run that keeps its transaction open until the test lets it go. */
export interface HeldBack {
  readonly run: () => Promise<void>;
  readonly entered: Promise<void>;
  readonly letGo: () => void;
}

/** What a suite opens; ended and discarded after each test. */
export class Fixture {
  readonly #places: TestPlace[] = [];
  readonly #databases: SsoDatabase[] = [];
  readonly #heldBack: HeldBack[] = [];
  readonly #makePlace: MakePlace;

  constructor(makePlace: MakePlace) {
    this.#makePlace = makePlace;
  }

  async place(): Promise<TestPlace> {
    const place = await this.#makePlace();
    this.#places.push(place);
    return place;
  }

  async open(location: SsoDatabaseLocation): Promise<SsoDatabase> {
    const database = await location.open();
    this.#databases.push(database);
    return database;
  }

  /** A founded system, opened once for each session asked for. */
  async sessions(count: number): Promise<readonly [SsoDatabase, ...SsoDatabase[]]> {
    const { location } = await this.foundedPlace();
    const first = await this.open(location);
    const others = Array.from({ length: count - 1 }, () => this.open(location));
    return [first, ...(await Promise.all(others))];
  }

  async foundedPlace(): Promise<TestPlace> {
    const place = await this.place();
    await place.location.create(foundSystem);
    return place;
  }

  /** Let go at the end of the test at the latest, or the database would not close. */
  heldBack(): HeldBack {
    const entered = Promise.withResolvers<undefined>();
    const released = Promise.withResolvers<undefined>();
    const heldBack: HeldBack = {
      run: async () => {
        entered.resolve(undefined);
        await released.promise;
      },
      entered: entered.promise.then(() => undefined),
      letGo: () => {
        released.resolve(undefined);
      },
    };
    this.#heldBack.push(heldBack);
    return heldBack;
  }

  async end(): Promise<void> {
    this.#heldBack.splice(0).forEach((heldBack) => heldBack.letGo());
    await Promise.all(this.#databases.splice(0).map((database) => database.close()));
    await Promise.all(this.#places.splice(0).map((place) => place.discard()));
  }
}
