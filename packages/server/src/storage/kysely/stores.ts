import type { FoundingStores } from "../../domain/store/sso-database.ts";
import { KyselyApiTokenStore } from "./api-token-store.ts";
import { KyselyApplicationStore } from "./application-store.ts";
import { KyselyAuditStore } from "./audit-store.ts";
import { KyselyBackupStore } from "./backup-store.ts";
import { KyselyBindingsStore } from "./bindings-store.ts";
import { KyselyCharterStore } from "./charter-store.ts";
import { KyselyConfigItemStore } from "./config-item-store.ts";
import { KyselyIdempotencyStore } from "./idempotency-store.ts";
import { KyselyInvitationStore } from "./invitation-store.ts";
import { KyselyNodeStore } from "./node-store.ts";
import { KyselySealedKeyringStore } from "./sealed-keyring-store.ts";
import type { Sql } from "./sql.ts";
import { KyselySystemStore } from "./system-store.ts";
import { KyselyVersionStore } from "./version-store.ts";

/** All stores over one transaction; what the caller may use of them, its type says. */
export function storesOver(sql: Sql): FoundingStores {
  return {
    system: new KyselySystemStore(sql),
    charter: new KyselyCharterStore(sql),
    nodes: new KyselyNodeStore(sql),
    invitations: new KyselyInvitationStore(sql),
    sealedKeyrings: new KyselySealedKeyringStore(sql),
    versions: new KyselyVersionStore(sql),
    backups: new KyselyBackupStore(sql),
    applications: new KyselyApplicationStore(sql),
    configItems: new KyselyConfigItemStore(sql),
    bindings: new KyselyBindingsStore(sql),
    tokens: new KyselyApiTokenStore(sql),
    idempotency: new KyselyIdempotencyStore(sql),
    audit: new KyselyAuditStore(sql),
  };
}
