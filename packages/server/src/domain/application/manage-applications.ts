import { equalBytes, type Keyring, type RandomSource } from "@chatelaine/crypto";
import type { ApplicationCreate, ApplicationUpdate, ApplicationView } from "@chatelaine/protocol";
import { CodedError } from "../../base/coded-error.ts";
import type { Clock } from "../../platform/clock.ts";
import type { Caller } from "../access/caller.ts";
import type { AuditAction } from "../audit/audit-action.ts";
import type { AuditStore } from "../audit/audit-store.ts";
import type { Auditor } from "../audit/auditor.ts";
import { once, type OnceStores, type Repeatable } from "../idempotency/once.ts";
import type { RowGuard } from "../stamp/row-guard.ts";
import { nextRevision } from "../transaction/revision.ts";
import type { Writes } from "../transaction/transactions.ts";
import { isApplicationId, newApplicationId } from "../application-id/application-id.ts";
import { applicationStampColumns, type Application } from "./application.ts";
import {
  changedSettings,
  newSettings,
  parseSettings,
  renderSettings,
} from "./application-settings.ts";
import type { ApplicationStore } from "./application-store.ts";
import { renderApplication } from "./application-view.ts";
import { findApplication, type FoundApplication } from "./get-application.ts";

export interface ApplicationStores extends OnceStores {
  readonly applications: ApplicationStore;
  readonly audit: AuditStore;
}

export interface ManageApplicationsDeps {
  readonly database: Writes<ApplicationStores>;
  readonly keyring: { forSealing(): Keyring };
  readonly guard: RowGuard;
  readonly auditor: Auditor;
  readonly random: RandomSource;
  readonly clock: Clock;
}

/** How a change is asked for. */
export interface ChangeRequest {
  /** Id or name. */
  readonly application: string;
  /** The revision the caller has read; undefined: whatever is there. */
  readonly ifMatch?: Uint8Array | undefined;
  readonly repeatable?: Repeatable | undefined;
}

/** Throws `application-invalid`, `application-exists`. */
export async function createApplication(
  deps: ManageApplicationsDeps,
  caller: Caller,
  request: ApplicationCreate,
  repeatable?: Repeatable,
): Promise<ApplicationView> {
  const ring = deps.keyring.forSealing();
  if (isApplicationId(request.name)) {
    throw new CodedError("application-invalid", { detail: "name: looks like an application's id" });
  }
  const application: Application = {
    applicationId: newApplicationId(deps.random),
    revision: nextRevision(deps.random, undefined),
    name: request.name,
    type: request.type,
    generation: 0,
    isEnabled: request.enabled ?? false,
    settings: renderSettings(newSettings(request)),
  };
  assertMayBeEnabled(application);
  return once({ ...deps, ring }, caller, repeatable, async ({ applications, audit }) => {
    const nowMs = deps.clock.wallTime();
    const stamped = deps.guard.stamp(ring, applicationStampColumns, application);
    if (!(await applications.add(stamped, nowMs))) {
      throw new CodedError("application-exists", {
        detail: `an affiliate application named ${request.name} exists; choose another name`,
      });
    }
    await audit.record(entry(deps, caller, "application.create", application));
    return renderApplication(application, { createdAtMs: nowMs, updatedAtMs: nowMs });
  });
}

/** Throws `application-not-found`, `application-invalid`, `application-immutable`, `revision-conflict`. */
export function updateApplication(
  deps: ManageApplicationsDeps,
  caller: Caller,
  request: ChangeRequest & { readonly changes: ApplicationUpdate },
): Promise<ApplicationView> {
  return change(deps, caller, "application.update", request, (row) => {
    const settings = changedSettings(row.type, parseSettings(row.settings), request.changes);
    return { ...row, settings: renderSettings(settings) };
  });
}

export function enableApplication(
  deps: ManageApplicationsDeps,
  caller: Caller,
  request: ChangeRequest,
): Promise<ApplicationView> {
  return change(deps, caller, "application.enable", request, (row) => ({
    ...row,
    isEnabled: true,
  }));
}

export function disableApplication(
  deps: ManageApplicationsDeps,
  caller: Caller,
  request: ChangeRequest,
): Promise<ApplicationView> {
  return change(deps, caller, "application.disable", request, (row) => ({
    ...row,
    isEnabled: false,
  }));
}

/** Removes the application with its items and their history; returns what it was. */
export async function deleteApplication(
  deps: ManageApplicationsDeps,
  caller: Caller,
  request: ChangeRequest,
): Promise<ApplicationView> {
  const ring = deps.keyring.forSealing();
  return once({ ...deps, ring }, caller, request.repeatable, async (stores) => {
    const found = await current(deps, stores, ring, caller, request);
    if (!(await stores.applications.remove(found.row.applicationId, found.row.revision))) {
      throw conflict();
    }
    await stores.audit.record(entry(deps, caller, "application.delete", found.row));
    return renderApplication(found.row, found);
  });
}

function change(
  deps: ManageApplicationsDeps,
  caller: Caller,
  action: AuditAction,
  request: ChangeRequest,
  changed: (row: Application) => Application,
): Promise<ApplicationView> {
  const ring = deps.keyring.forSealing();
  return once({ ...deps, ring }, caller, request.repeatable, async (stores) => {
    const found = await current(deps, stores, ring, caller, request);
    const revision = nextRevision(deps.random, found.row.revision);
    const next = { ...changed(found.row), revision };
    assertMayBeEnabled(next);
    const stamped = deps.guard.stamp(ring, applicationStampColumns, next);
    const updatedAtMs = deps.clock.wallTime();
    if (!(await stores.applications.replace(stamped, found.row.revision, updatedAtMs))) {
      throw conflict();
    }
    await stores.audit.record(entry(deps, caller, action, next));
    return renderApplication(next, { createdAtMs: found.createdAtMs, updatedAtMs });
  });
}

async function current(
  deps: ManageApplicationsDeps,
  stores: ApplicationStores,
  ring: Keyring,
  caller: Caller,
  { application, ifMatch }: ChangeRequest,
): Promise<FoundApplication> {
  const found = await findApplication(stores, deps.guard, ring, caller, application);
  if (ifMatch !== undefined && !equalBytes(found.row.revision, ifMatch)) {
    throw conflict();
  }
  return found;
}

/** A config store without fields would take no item. */
export function assertMayBeEnabled({ type, isEnabled, settings }: Application): void {
  if (isEnabled && type === "config-store" && parseSettings(settings).fields.length === 0) {
    throw new CodedError("application-invalid", {
      detail: "fields: an application without fields cannot be enabled; add one first",
    });
  }
}

function entry(
  deps: ManageApplicationsDeps,
  caller: Caller,
  action: AuditAction,
  { applicationId, name }: Application,
) {
  return deps.auditor.entry(caller, action, { applicationId, name });
}

function conflict(): CodedError {
  return new CodedError("revision-conflict", {
    detail: "the application was changed meanwhile; read it again and repeat the change",
  });
}
