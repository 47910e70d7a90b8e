import { apiToken } from "./tables/api-token.ts";
import { application } from "./tables/application.ts";
import { backup } from "./tables/backup.ts";
import { bindingFile } from "./tables/binding-file.ts";
import { bindingFileChunk } from "./tables/binding-file-chunk.ts";
import { configItem } from "./tables/config-item.ts";
import { configItemRevision } from "./tables/config-item-revision.ts";
import { idempotency } from "./tables/idempotency.ts";
import { invitation } from "./tables/invitation.ts";
import { fence, fencedWrite, lease, version } from "./tables/mastership.ts";
import { audit, schemaMigration } from "./tables/records.ts";
import { charter, node, sealedKeyring, system } from "./tables/statements.ts";
import type { TableEntry } from "./table-entry.ts";

/** What becomes of attacks on each table; held against the live schema. */
export const TABLES: Readonly<Record<string, TableEntry>> = {
  api_token: apiToken,
  application,
  audit,
  backup,
  binding_file: bindingFile,
  binding_file_chunk: bindingFileChunk,
  charter,
  config_item: configItem,
  config_item_revision: configItemRevision,
  fence,
  fenced_write: fencedWrite,
  idempotency,
  invitation,
  lease,
  node,
  schema_migration: schemaMigration,
  sealed_keyring: sealedKeyring,
  system,
  version,
};
