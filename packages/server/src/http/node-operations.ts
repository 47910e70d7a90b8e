import type { SecretBytes } from "@chatelaine/crypto";
import type {
  AcceptedDatabase,
  ApplicationCreate,
  ApplicationPageView,
  ApplicationUpdate,
  ApplicationView,
  ApplicationsImported,
  AuditPageView,
  BackupMade,
  BackupParameters,
  BackupReport,
  BatchAnswer,
  BindingsDeleted,
  BindingsImported,
  BindingsPageView,
  ConfigImported,
  EventPageView,
  Health,
  ImportProgress,
  InvitationView,
  InviteParameters,
  ItemPageView,
  ItemSummary,
  ItemView,
  MasterView,
  NodeListView,
  NodeStatus,
  NodeView,
  Purged,
  RestoreReport,
  RoleMoved,
  SecretStatus,
  SystemStatus,
  TokenCreate,
  TokenCreated,
  TokenList,
  TokenView,
  VerifyParameters,
} from "@chatelaine/protocol";
import type { Caller } from "../domain/access/caller.ts";
import type { ApplicationsRequest } from "../domain/application/import-applications.ts";
import type { ChangeRequest } from "../domain/application/manage-applications.ts";
import type { AuditQuery } from "../domain/audit/list-audit.ts";
import type { DeleteRequest } from "../domain/bindings/delete-bindings.ts";
import type { ExportedFile } from "../domain/bindings/export-bindings.ts";
import type { ImportRequest } from "../domain/bindings/import-bindings.ts";
import type { PropertyChanges } from "../domain/config-item/property-bag.ts";
import type { ItemName } from "../domain/config-item/read-items.ts";
import type { ItemWrite } from "../domain/config-item/write-items.ts";
import type { ItemRequest } from "../domain/item-import/import-item.ts";
import type { Repeatable } from "../domain/idempotency/once.ts";
import type { TextStream } from "./route.ts";

/** What the routes ask of a node, by area; one use case each. */
export interface NodeOperations {
  readonly node: NodeHealthOperations;
  readonly cluster: ClusterOperations;
  readonly master: MasterOperations;
  readonly secret: SecretOperations;
  readonly applications: ApplicationOperations;
  readonly items: ItemOperations;
  readonly bindings: BindingsOperations;
  readonly tokens: TokenOperations;
  readonly records: RecordOperations;
}

export interface NodeHealthOperations {
  health(): Health;
  metrics(): Promise<string>;
  status(): Promise<NodeStatus>;
  /** What each node of the system says of itself. */
  system(): Promise<SystemStatus>;
  /** Drops the lookups that this node and all others keep; names those that did not answer. */
  purgeLookups(): Promise<Purged>;
}

/** Who belongs to the system. A node is named by id, or by a name that no other has. */
export interface ClusterOperations {
  list(): Promise<NodeListView>;
  show(node: string): Promise<NodeView>;
  /** The token is ASCII, and the caller's. */
  invite(
    caller: Caller,
    parameters: InviteParameters,
  ): Promise<{ readonly view: InvitationView; readonly token: Uint8Array }>;
  promote(caller: Caller, node: string): Promise<NodeView>;
  revoke(caller: Caller, node: string): Promise<NodeListView>;
  acceptDatabase(caller: Caller): Promise<AcceptedDatabase>;
}

/** Who is master secret server, and who may be. */
export interface MasterOperations {
  show(): Promise<MasterView>;
  designate(caller: Caller, node: string): Promise<MasterView>;
  designateNobody(caller: Caller): Promise<MasterView>;
  stepDown(caller: Caller): Promise<RoleMoved>;
  move(caller: Caller, node: string): Promise<RoleMoved>;
}

export interface SecretOperations {
  status(): Promise<SecretStatus>;
  backup(
    caller: Caller,
    parameters: BackupParameters,
    passphrase: SecretBytes,
  ): Promise<{ readonly made: BackupMade; readonly file: Uint8Array }>;
  verifyBackup(
    caller: Caller,
    parameters: VerifyParameters,
    passphrase: SecretBytes,
    file: Uint8Array,
  ): Promise<BackupReport>;
  restore(caller: Caller, passphrase: SecretBytes, file: Uint8Array): Promise<RestoreReport>;
}

export interface Page {
  readonly after: string | undefined;
  readonly limit: number;
}

export interface ApplicationOperations {
  list(caller: Caller, page: Page): Promise<ApplicationPageView>;
  show(caller: Caller, application: string): Promise<ApplicationView>;
  create(
    caller: Caller,
    request: ApplicationCreate,
    repeatable: Repeatable | undefined,
  ): Promise<ApplicationView>;
  update(
    caller: Caller,
    request: ChangeRequest & { readonly changes: ApplicationUpdate },
  ): Promise<ApplicationView>;
  import(caller: Caller, request: ApplicationsRequest): Promise<ApplicationsImported>;
  enable(caller: Caller, request: ChangeRequest): Promise<ApplicationView>;
  disable(caller: Caller, request: ChangeRequest): Promise<ApplicationView>;
  delete(caller: Caller, request: ChangeRequest): Promise<ApplicationView>;
}

export interface ItemOperations {
  list(
    caller: Caller,
    application: string,
    page: Page & { readonly prefix: string },
  ): Promise<ItemPageView>;
  read(caller: Caller, name: ItemName, mode: "masked" | "revealed"): Promise<ItemView>;
  readMany(
    caller: Caller,
    application: string,
    identifiers: readonly string[],
    mode: "masked" | "revealed",
  ): Promise<BatchAnswer>;
  set(
    caller: Caller,
    request: ItemWrite & { readonly changes: PropertyChanges },
  ): Promise<ItemSummary>;
  import(caller: Caller, request: ItemRequest): Promise<ConfigImported>;
  delete(caller: Caller, request: ItemWrite): Promise<ItemSummary>;
  history(caller: Caller, name: ItemName): Promise<ItemPageView>;
  rollBack(
    caller: Caller,
    request: ItemWrite & { readonly revision: string },
  ): Promise<ItemSummary>;
}

export interface BindingsOperations {
  import(caller: Caller, request: ImportRequest): Promise<BindingsImported>;
  progress(caller: Caller, progressId: string): ImportProgress;
  list(caller: Caller, page: Page): Promise<BindingsPageView>;
  export(caller: Caller, name: string, mode: "masked" | "revealed"): Promise<ExportedFile>;
  delete(caller: Caller, request: DeleteRequest): Promise<BindingsDeleted>;
}

export interface TokenOperations {
  create(
    caller: Caller,
    request: TokenCreate,
    repeatable: Repeatable | undefined,
  ): Promise<TokenCreated>;
  list(): Promise<TokenList>;
  revoke(caller: Caller, tokenId: string, repeatable: Repeatable | undefined): Promise<TokenView>;
}

export interface RecordOperations {
  audit(query: AuditQuery): Promise<AuditPageView>;
  events(page: Page): EventPageView;
  /** Events after this place, and those to come, as Server-Sent Events. */
  follow(after: string | undefined, ready: () => void): TextStream;
}
