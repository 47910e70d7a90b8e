import { equalBytes, fromHex, type Keyring, type RandomSource } from "@chatelaine/crypto";
import type { ItemSummary } from "@chatelaine/protocol";
import { CodedError } from "../../base/coded-error.ts";
import type { Clock } from "../../platform/clock.ts";
import type { Caller } from "../access/caller.ts";
import type { ApplicationReader } from "../application/application-store.ts";
import type { AuditAction } from "../audit/audit-action.ts";
import type { AuditStore } from "../audit/audit-store.ts";
import type { Auditor } from "../audit/auditor.ts";
import { once, type OnceStores, type Repeatable } from "../idempotency/once.ts";
import { KeyringOutdated } from "../keyring-outdated/keyring-outdated.ts";
import type { RowGuard } from "../stamp/row-guard.ts";
import { nextRevision } from "../transaction/revision.ts";
import type { Writes } from "../transaction/transactions.ts";
import { openItem, renderSummary, sealItem } from "./config-item.ts";
import type { ConfigItemStore, SealedConfigItem, SealingVersion } from "./config-item-store.ts";
import type { ItemCache } from "./item-cache.ts";
import { findItemPlace, type ItemPlace } from "./item-place.ts";
import { EMPTY_BAG, changedBag, type PropertyBag, type PropertyChanges } from "./property-bag.ts";
import { notFound, type ItemName } from "./read-items.ts";

export interface ItemStores extends OnceStores {
  readonly applications: ApplicationReader;
  readonly configItems: ConfigItemStore;
  readonly audit: AuditStore;
}

export interface WriteItemsDeps {
  readonly database: Writes<ItemStores>;
  readonly lookups: ItemCache;
  readonly keyring: { forSealing(): Keyring };
  readonly guard: RowGuard;
  readonly auditor: Auditor;
  readonly random: RandomSource;
  readonly clock: Clock;
}

/** What must be there for a write to happen: that revision, nothing, or whatever there is. */
export type Precondition =
  | { readonly kind: "none" }
  | { readonly kind: "absent" }
  | { readonly kind: "revision"; readonly revision: Uint8Array };

export interface ItemWrite extends ItemName {
  readonly precondition: Precondition;
  readonly repeatable?: Repeatable | undefined;
}

/** Writers without a precondition that meet each other try again this often. */
const ATTEMPTS_MAX = 5;

/** Creates an item or changes the fields named. Throws `field-unknown`, `value-invalid`, … */
export function setItem(
  deps: WriteItemsDeps,
  caller: Caller,
  request: ItemWrite & { readonly changes: PropertyChanges },
): Promise<ItemSummary> {
  return write(deps, caller, "config.set", request, ({ ring, place }, current) => {
    const bag =
      current === undefined
        ? EMPTY_BAG
        : openItem(ring, place.application, request.identifier, current);
    return changedBag(place.fields, bag, request.changes);
  });
}

/** Writes the content of a former revision again. Throws `revision-not-found`. */
export function rollBackItem(
  deps: WriteItemsDeps,
  caller: Caller,
  request: ItemWrite & { readonly revision: string },
): Promise<ItemSummary> {
  const wanted = fromHex(request.revision);
  return write(deps, caller, "config.roll-back", request, async ({ ring, place, stores }) => {
    const { application } = place;
    const history = await stores.configItems.history(application.applicationId, request.identifier);
    const former = history.find(({ revision }) => equalBytes(revision, wanted));
    if (former === undefined) {
      throw new CodedError("revision-not-found", {
        detail: "`chatelaine config history` shows the revisions that are kept",
      });
    }
    return openItem(ring, application, request.identifier, former);
  });
}

/** Removes an item; its history stays. Throws `config-item-not-found`, `revision-conflict`. */
export async function deleteItem(
  deps: WriteItemsDeps,
  caller: Caller,
  request: ItemWrite,
): Promise<ItemSummary> {
  const ring = deps.keyring.forSealing();
  let removed: SealedConfigItem | undefined;
  const summary = await once({ ...deps, ring }, caller, request.repeatable, async (stores) => {
    const { application } = await findItemPlace(
      stores,
      deps.guard,
      ring,
      caller,
      request.application,
    );
    const { applicationId } = application;
    const current = await stores.configItems.find(applicationId, request.identifier);
    if (current === undefined) {
      throw notFound();
    }
    assertPrecondition(request.precondition, current);
    if (!(await stores.configItems.remove(applicationId, current.identifier, current.revision))) {
      throw conflict();
    }
    await stores.audit.record(entry(deps, caller, "config.delete", current));
    removed = current;
    return renderSummary(current);
  });
  if (removed !== undefined) {
    deps.lookups.removed(removed.applicationId, removed.identifier);
  }
  return summary;
}

interface WriteContext {
  readonly ring: Keyring;
  readonly place: ItemPlace;
  readonly stores: ItemStores;
}

async function write(
  deps: WriteItemsDeps,
  caller: Caller,
  action: AuditAction,
  request: ItemWrite,
  next: (
    context: WriteContext,
    current: SealedConfigItem | undefined,
  ) => PropertyBag | Promise<PropertyBag>,
): Promise<ItemSummary> {
  const ring = deps.keyring.forSealing();
  let stored: { readonly item: SealedConfigItem; readonly mayKeep: boolean } | undefined;
  const summary = await once({ ...deps, ring }, caller, request.repeatable, async (stores) => {
    const place = await findItemPlace(stores, deps.guard, ring, caller, request.application);
    const context = { ring, place, stores };
    const item = await putUntilStored(deps, caller, request, context, next);
    await stores.audit.record(entry(deps, caller, action, item));
    stored = { item, mayKeep: place.mayKeep };
    return renderSummary(item);
  });
  if (stored !== undefined) {
    deps.lookups.written(stored.item, stored.mayKeep);
  }
  return summary;
}

async function putUntilStored(
  deps: WriteItemsDeps,
  caller: Caller,
  request: ItemWrite,
  context: WriteContext,
  next: Parameters<typeof write>[4],
): Promise<SealedConfigItem> {
  const { configItems } = context.stores;
  const { applicationId } = context.place.application;
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
    const current = await configItems.find(applicationId, request.identifier);
    assertPrecondition(request.precondition, current);
    const bag = await next(context, current);
    const item = sealNext(deps, caller, request.identifier, context, current, bag);
    switch (await configItems.put(item, sealingVersion(context.ring), current?.revision)) {
      case "stored":
        return item;
      case "version-not-primary":
        throw new KeyringOutdated({ kind: "primary" }, "master-secret-server-unavailable", {
          detail: "the master secret has a newer version which this node does not hold yet; retry",
        });
      case "conflict":
        break; // another writer came in between: look again
    }
  }
  throw conflict();
}

function sealNext(
  deps: WriteItemsDeps,
  caller: Caller,
  identifier: string,
  { ring, place: { application } }: WriteContext,
  current: SealedConfigItem | undefined,
  bag: PropertyBag,
): SealedConfigItem {
  const revision = nextRevision(deps.random, current?.revision);
  return {
    applicationId: application.applicationId,
    identifier,
    revision,
    sealed: sealItem(ring, deps.random, application, { identifier, revision, bag }),
    writtenAtMs: deps.clock.wallTime(),
    writtenBy: caller.name,
  };
}

function assertPrecondition(
  precondition: Precondition,
  current: SealedConfigItem | undefined,
): void {
  switch (precondition.kind) {
    case "none":
      return;
    case "absent":
      if (current !== undefined) {
        throw conflict();
      }
      return;
    case "revision":
      if (current === undefined || !equalBytes(current.revision, precondition.revision)) {
        throw conflict();
      }
  }
}

/** The primary version of the ring. Throws `master-secret-server-unavailable` if it has none. */
export function sealingVersion(ring: Keyring): SealingVersion {
  const number = ring.primary;
  if (number === undefined) {
    throw new CodedError("master-secret-server-unavailable");
  }
  return { number, checkValue: ring.checkValue(number) };
}

function entry(
  deps: WriteItemsDeps,
  caller: Caller,
  action: AuditAction,
  { applicationId, identifier }: SealedConfigItem,
) {
  return deps.auditor.entry(caller, action, { applicationId, identifier });
}

function conflict(): CodedError {
  return new CodedError("revision-conflict", {
    detail: "the item was changed meanwhile; read it again and repeat the change",
  });
}
