import type { SsoService } from "../cluster/sso-service.ts";
import type { Auditor } from "../domain/audit/auditor.ts";
import type { Disclosures } from "../domain/audit/disclosures.ts";
import type { CachedLookups } from "../domain/cached-lookups/cached-lookups.ts";
import type { ImportDesk } from "../domain/bindings/import-desk.ts";
import type { Trust } from "../domain/charter/trust.ts";
import type { EventSink } from "../domain/event/event-sink.ts";
import type { KeyringHolder } from "../domain/keyring/keyring-holder.ts";
import type { NodeSelf } from "../domain/node/node-identity.ts";
import type { RowGuard } from "../domain/stamp/row-guard.ts";
import type { SsoDatabase } from "../domain/store/sso-database.ts";
import type { Effects } from "./effects.ts";

/** Everything that use cases need of a node whose database is open, under the names they use. */
export interface OpenNode extends Effects {
  readonly database: SsoDatabase;
  readonly lookups: CachedLookups;
  readonly service: SsoService;
  readonly self: NodeSelf;
  readonly trust: Trust;
  readonly keyring: KeyringHolder;
  readonly guard: RowGuard;
  readonly auditor: Auditor;
  readonly disclosures: Disclosures;
  readonly importDesk: ImportDesk;
  readonly events: EventSink;
}

/** Gives the open node, or throws `database-unavailable` while there is none. */
export type GetOpenNode = () => OpenNode;
