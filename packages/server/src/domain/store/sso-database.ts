import type { ApplicationReader, ApplicationStore } from "../application/application-store.ts";
import type { AuditReader, AuditStore } from "../audit/audit-store.ts";
import type { BackupReader, BackupStore } from "../backup/backup-store.ts";
import type { BindingsReader, BindingsStore } from "../bindings/bindings-store.ts";
import type { CharterReader, CharterStore } from "../charter/charter-store.ts";
import type { ConfigItemReader, ConfigItemStore } from "../config-item/config-item-store.ts";
import type { SealedKeyringReader, SealedKeyringStore } from "../keyring/sealed-keyring-store.ts";
import type { VersionReader, VersionStore } from "../keyring/version-store.ts";
import type { MastershipId, MastershipStore } from "../mastership/mastership-store.ts";
import type { IdempotencyReader, IdempotencyStore } from "../idempotency/idempotency-store.ts";
import type { InvitationReader, InvitationStore } from "../node/invitation-store.ts";
import type { NodeReader, NodeStore } from "../node/node-store.ts";
import type { ApiTokenReader, ApiTokenStore } from "../token/api-token-store.ts";
import type { SystemReader, SystemStore } from "../system/system-store.ts";

/** What may be read anywhere. */
export interface ReadStores {
  readonly system: SystemReader;
  readonly charter: CharterReader;
  readonly nodes: NodeReader;
  readonly invitations: InvitationReader;
  readonly sealedKeyrings: SealedKeyringReader;
  readonly versions: VersionReader;
  readonly backups: BackupReader;
  readonly applications: ApplicationReader;
  readonly configItems: ConfigItemReader;
  readonly bindings: BindingsReader;
  readonly tokens: ApiTokenReader;
  readonly idempotency: IdempotencyReader;
  readonly audit: AuditReader;
}

/** What any node may write. */
export interface WriteStores extends ReadStores {
  readonly applications: ApplicationStore;
  readonly configItems: ConfigItemStore;
  readonly bindings: BindingsStore;
  readonly tokens: ApiTokenStore;
  readonly idempotency: IdempotencyStore;
  readonly audit: AuditStore;
}

/** What only the master secret server may write; reached through `fenced` alone (P2). */
export interface FencedStores extends WriteStores {
  readonly charter: CharterStore;
  readonly nodes: NodeStore;
  readonly invitations: InvitationStore;
  readonly sealedKeyrings: SealedKeyringStore;
  readonly versions: VersionStore;
  readonly backups: BackupStore;
}

/** What the transaction that creates a system writes. */
export interface FoundingStores extends FencedStores {
  readonly system: SystemStore;
}

export type DatabaseKind = "sqlite" | "postgres";

/**
 * The SSO database as the domain sees it. Each `run` is called at most once, and its transaction
 * rolls back if it throws. A `run` awaits nothing but its stores: on SQLite a transaction is one
 * short piece of work, and every other process waits for it.
 */
export interface SsoDatabase {
  readonly kind: DatabaseKind;
  readonly mastership: MastershipStore<ReadStores, FencedStores>;

  /** Reads what is committed. All reads of one `run` see the same moment. */
  read<T>(run: (stores: ReadStores) => Promise<T>): Promise<T>;

  /**
   * One transaction. When the promise resolves the change is durable (D1).
   * Throws `database-locked`, `database-unavailable`, `outcome-unknown`, or what `run` threw.
   */
  write<T>(run: (stores: WriteStores) => Promise<T>): Promise<T>;

  /**
   * A write reserved for the master secret server: first locks the fence row of `mastership` and
   * appends (epoch, claim id, act) to the history, in the same transaction (P2). One at a time.
   * Throws `epoch-fenced` if the fence names another mastership, else as `write`.
   */
  fenced<T>(
    mastership: MastershipId,
    act: string,
    run: (stores: FencedStores) => Promise<T>,
  ): Promise<T>;

  /** Whether acknowledged commits survive (D1): what the server says of fsync and the like. */
  durability(): Promise<{ readonly keepsCommits: boolean; readonly reason?: string }>;

  /**
   * Resolves if the database answers, without waiting in line behind other requests. Throws
   * `database-unavailable`. One that has no way of its own is asked by a read.
   */
  ping?(): Promise<void>;

  close(): Promise<void>;
}

/** Where an SSO database lies; knows how to make one and how to open one. */
export interface SsoDatabaseLocation {
  readonly kind: DatabaseKind;
  /** Safe to show: a path, or a URL without user and password. */
  readonly display: string;

  /**
   * Makes the schema and, in the same transaction, the first rows. Nothing is left if `run`
   * throws. Throws `system-exists` if the database holds a system, `schema-unknown` if it holds
   * foreign tables.
   */
  create(run: (stores: FoundingStores) => Promise<void>): Promise<void>;

  /**
   * Opens it. Migrates forward when the schema is older than this software.
   * Throws `system-not-found`, `schema-too-new`, `schema-unknown`, `database-unavailable`.
   */
  open(): Promise<SsoDatabase>;
}
