import type { Keyring } from "@chatelaine/crypto";
import { CodedError } from "../../base/coded-error.ts";
import type { Caller } from "../access/caller.ts";
import type { ApplicationId } from "../application/application.ts";
import type { ApplicationReader } from "../application/application-store.ts";
import { getApplication } from "../application/get-application.ts";
import type { AuditStore } from "../audit/audit-store.ts";
import type { Auditor } from "../audit/auditor.ts";
import type { RowGuard } from "../stamp/row-guard.ts";
import type { Reads, Writes } from "../transaction/transactions.ts";
import { openConfigItem, type ConfigItem } from "./config-item.ts";
import type { ConfigItemReader } from "./config-item-store.ts";

/** What is read in one moment. */
export interface RevealingStores {
  readonly applications: ApplicationReader;
  readonly configItems: ConfigItemReader;
}

export interface RevealConfigItemDeps {
  readonly database: Reads<RevealingStores> & Writes<{ readonly audit: AuditStore }>;
  readonly keyring: { forReading(): Keyring };
  readonly guard: RowGuard;
  readonly auditor: Auditor;
}

/**
 * Opens one property bag; the disclosure is durable in the audit before this resolves (P10).
 * Throws `application-not-found`, `config-item-not-found`, `row-not-authentic`, `cannot-open`.
 */
export async function revealConfigItem(
  deps: RevealConfigItemDeps,
  caller: Caller,
  applicationId: ApplicationId,
  identifier: string,
): Promise<ConfigItem> {
  const ring = deps.keyring.forReading();
  const item = await deps.database.read(async (stores) => {
    const application = await getApplication(stores, deps.guard, ring, applicationId);
    const row = await stores.configItems.find(applicationId, identifier);
    if (row === undefined) {
      throw new CodedError("config-item-not-found");
    }
    // What was asked for, not what the row says of itself: a moved row must not open (P9).
    return openConfigItem(ring, application, { ...row, identifier });
  });
  await deps.database.write(({ audit }) =>
    audit.record(deps.auditor.entry(caller, "config.reveal", { applicationId, identifier })),
  );
  return item;
}
