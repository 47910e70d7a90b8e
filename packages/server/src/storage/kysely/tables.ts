import type { Generated } from "kysely";

/**
 * The tables as both databases give them: every integer a bigint, every instant milliseconds since
 * 1970, bytes as `Uint8Array`. What the columns mean stands in the migrations.
 */
export interface Tables {
  readonly schema_migration: SchemaMigrationTable;
  readonly system: SystemTable;
  readonly charter: CharterTable;
  readonly node: NodeTable;
  readonly invitation: InvitationTable;
  readonly sealed_keyring: SealedKeyringTable;
  readonly version: VersionTable;
  readonly fence: FenceTable;
  readonly lease: LeaseTable;
  readonly fenced_write: FencedWriteTable;
  readonly backup: BackupTable;
  readonly audit: AuditTable;
  readonly application: ApplicationTable;
  readonly config_item: ConfigItemTable;
  readonly config_item_revision: ConfigItemRevisionTable;
  readonly api_token: ApiTokenTable;
  readonly binding_file: BindingFileTable;
  readonly binding_file_chunk: BindingFileChunkTable;
  readonly idempotency: IdempotencyTable;
}

/** Key of the tables that have one row. */
export const SINGLETON = 1n;

interface SingletonTable {
  readonly singleton: bigint;
}

interface SchemaMigrationTable {
  readonly number: bigint;
  readonly name: string;
  readonly compatibility: string;
  readonly applied_at_ms: bigint;
}

interface SystemTable extends SingletonTable {
  readonly system_id: string;
  readonly created_at_ms: bigint;
}

interface CharterTable extends SingletonTable {
  readonly serial: bigint;
  readonly note: string;
}

interface NodeTable {
  readonly node_id: string;
  readonly warrant: string;
}

interface InvitationTable {
  readonly node_id: string;
  readonly note: string;
  readonly expires_at_ms: bigint;
  readonly redeemed_at_ms: bigint | null;
}

interface SealedKeyringTable {
  readonly node_id: string;
  readonly revision: bigint;
  readonly sealed: Uint8Array;
}

interface VersionTable {
  readonly number: bigint;
  readonly check_value: Uint8Array;
  readonly state: string;
}

interface FenceTable extends SingletonTable {
  readonly epoch: bigint;
  readonly claim_id: Uint8Array;
  readonly node_id: string | null;
  readonly designated_node: string | null;
}

interface LeaseTable extends SingletonTable {
  readonly epoch: bigint;
  readonly claim_id: Uint8Array;
  readonly expires_at_ms: bigint;
}

interface FencedWriteTable {
  readonly serial: Generated<bigint>;
  readonly epoch: bigint;
  readonly claim_id: Uint8Array;
  readonly act: string;
  readonly at_ms: bigint;
}

interface BackupTable {
  readonly backup_id: string;
  readonly revision: Uint8Array;
  readonly made_at_ms: bigint;
  readonly verified_at_ms: bigint | null;
  readonly place: string;
  readonly path: string;
  readonly versions: Uint8Array;
  readonly stamp: Uint8Array;
  readonly stamp_version: bigint;
}

interface AuditTable {
  readonly sequence: Generated<bigint>;
  readonly at_ms: bigint;
  readonly node_id: string;
  readonly action: string;
  readonly outcome: string;
  readonly caller: string;
  readonly source: string;
  readonly request_id: string;
  readonly about: string;
  /** What `about` says of it, for the index. */
  readonly application_id: string | null;
  /** On the first row of a group of disclosures. */
  readonly group_id: string | null;
}

interface ApplicationTable {
  readonly application_id: string;
  readonly revision: Uint8Array;
  readonly name: string;
  readonly name_key: string;
  readonly type: string;
  readonly generation: bigint;
  readonly is_enabled: bigint;
  readonly settings: string;
  readonly created_at_ms: bigint;
  readonly updated_at_ms: bigint;
  readonly stamp: Uint8Array;
  readonly stamp_version: bigint;
}

interface ConfigItemTable {
  readonly application_id: string;
  readonly identifier: string;
  readonly revision: Uint8Array;
  readonly version: bigint;
  readonly written_at_ms: bigint;
  readonly written_by: string;
  readonly sealed: Uint8Array;
}

interface ConfigItemRevisionTable extends ConfigItemTable {
  readonly sequence: Generated<bigint>;
}

interface ApiTokenTable {
  readonly token_id: string;
  readonly revision: Uint8Array;
  readonly secret_hash: Uint8Array;
  readonly name: string;
  readonly kind: string;
  readonly may_reveal: bigint;
  readonly applications: string;
  readonly created_at_ms: bigint;
  readonly created_by: string;
  readonly expires_at_ms: bigint;
  readonly stamp: Uint8Array;
  readonly stamp_version: bigint;
}

interface BindingFileTable {
  readonly name_key: string;
  readonly revision: Uint8Array;
  readonly version: bigint;
  readonly written_at_ms: bigint;
  readonly written_by: string;
  readonly sealed: Uint8Array;
}

interface BindingFileChunkTable {
  readonly name_key: string;
  readonly number: bigint;
  readonly version: bigint;
  readonly sealed: Uint8Array;
}

interface IdempotencyTable {
  readonly caller: string;
  readonly key: string;
  readonly request_hash: Uint8Array;
  readonly status: bigint;
  readonly answer: string;
  readonly created_at_ms: bigint;
}
