import { equalBytes } from "@chatelaine/crypto";
import { CodedError } from "../../base/coded-error.ts";
import { unreachable } from "../../base/invariant.ts";
import type { Clock } from "../../platform/clock.ts";
import type { Caller } from "../access/caller.ts";
import type { ApplicationStore } from "../application/application-store.ts";
import type { Auditor } from "../audit/auditor.ts";
import type { AuditEntry, AuditStore } from "../audit/audit-store.ts";
import type {
  ConfigItemStore,
  PutOutcome,
  SealingVersion,
} from "../config-item/config-item-store.ts";
import { sealingVersion } from "../config-item/write-items.ts";
import type { OnceStores } from "../idempotency/once.ts";
import type { BindingsStore } from "./bindings-store.ts";
import { PlanOutdated } from "./plan-outdated.ts";
import type { SealedApplication, SealedImport } from "./seal-import.ts";

export interface ImportStores extends OnceStores {
  readonly applications: ApplicationStore;
  readonly configItems: ConfigItemStore;
  readonly bindings: BindingsStore;
  readonly audit: AuditStore;
}

export interface ApplyDeps {
  readonly auditor: Auditor;
  readonly clock: Clock;
}

/**
 * Writes what was sealed, if everything is still as it was planned for: else it throws, and the
 * transaction keeps none of it. Throws `PlanOutdated`, `master-secret-server-unavailable`.
 */
export async function applyImport(
  deps: ApplyDeps,
  stores: ImportStores,
  caller: Caller,
  sealed: SealedImport,
): Promise<void> {
  const version = sealingVersion(sealed.ring);
  await applyApplications(deps, stores, sealed.applications);
  settle(await stores.configItems.putMany(sealed.items, version));
  await applyFile(stores, version, sealed);
  await stores.audit.record(...auditEntries(deps.auditor, caller, sealed));
}

/** In the order of their ids, as every transaction locks them. */
async function applyApplications(
  { clock }: ApplyDeps,
  { applications }: ImportStores,
  planned: readonly SealedApplication[],
): Promise<void> {
  const known = planned.filter(({ expectedRevision }) => expectedRevision !== undefined);
  const present = await applications.findMany(
    known.map(({ stamped }) => stamped.row.applicationId),
  );
  // Not verified again: a revision that is as planned is that of the row which was verified.
  const revisions = new Map(
    present.map(({ unverifiedRow: row }) => [row.applicationId, row.revision]),
  );
  const nowMs = clock.wallTime();
  for (const { outcome, stamped, expectedRevision } of planned.toSorted(byId)) {
    const { applicationId } = stamped.row;
    if (expectedRevision === undefined) {
      refuseUnless(await applications.add(stamped, nowMs));
    } else if (outcome === "changed") {
      refuseUnless(await applications.replace(stamped, expectedRevision, nowMs));
    } else {
      const revision = revisions.get(applicationId);
      refuseUnless(revision !== undefined && equalBytes(revision, expectedRevision));
    }
  }
}

function byId({ stamped: a }: SealedApplication, { stamped: b }: SealedApplication): number {
  return a.row.applicationId < b.row.applicationId ? -1 : 1;
}

async function applyFile(
  { bindings }: ImportStores,
  version: SealingVersion,
  { file }: SealedImport,
): Promise<void> {
  if (file !== undefined) {
    settle(await bindings.put(file.bindings, file.chunks, version, file.expectedRevision));
  }
}

/** A row for each application and item that changes, and one for the file (P10). */
function auditEntries(
  auditor: Auditor,
  caller: Caller,
  { name, outcome, applications, items }: SealedImport,
): readonly AuditEntry[] {
  const changed = applications.filter((application) => application.outcome !== "unchanged");
  return [
    ...changed.map(({ outcome: what, stamped: { row } }) =>
      auditor.entry(caller, what === "created" ? "application.create" : "application.update", {
        applicationId: row.applicationId,
        name: row.name,
        bindings: name,
      }),
    ),
    ...items.map(({ item: { applicationId, identifier } }) =>
      auditor.entry(caller, "config.set", { applicationId, identifier, bindings: name }),
    ),
    auditor.entry(caller, "bindings.import", { bindings: name, outcome }),
  ];
}

function settle(outcome: PutOutcome): void {
  switch (outcome) {
    case "stored":
      return;
    case "conflict":
      throw new PlanOutdated();
    case "version-not-primary":
      throw new CodedError("master-secret-server-unavailable", {
        detail: "the master secret has a newer version which this node does not hold yet; retry",
      });
    default:
      unreachable(outcome);
  }
}

function refuseUnless(isAsPlanned: boolean): void {
  if (!isAsPlanned) {
    throw new PlanOutdated();
  }
}
