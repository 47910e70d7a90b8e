import type { Keyring, RandomSource } from "@chatelaine/crypto";
import type { BindingsImport } from "@chatelaine/protocol";
import type { Clock } from "../../platform/clock.ts";
import type { Caller } from "../access/caller.ts";
import { applicationStampColumns, type Application } from "../application/application.ts";
import { sealItem } from "../config-item/config-item.ts";
import type { ItemToPut } from "../config-item/config-item-store.ts";
import type { RowGuard, StampedRowToWrite, Verified } from "../stamp/row-guard.ts";
import { nextRevision } from "../transaction/revision.ts";
import type { BindingsIndex } from "./bindings-manifest.ts";
import type { TransportGroup } from "./group-transports.ts";
import type { ImportSteps } from "./import-desk.ts";
import { at } from "../import-file/import-problems.ts";
import type { Known } from "./known-state.ts";
import type { ApplicationPlan, Outcome } from "../application/plan-application.ts";
import type { ImportPlan, PlannedApplication } from "./plan-import.ts";
import { isSameFile, sealFile, type SealedFile } from "./sealed-file.ts";

/** Everything that the transaction of an import writes, made before it begins. */
export interface SealedImport {
  readonly ring: Keyring;
  readonly name: string;
  /** What becomes of the stored file. */
  readonly outcome: Outcome;
  readonly applications: readonly SealedApplication[];
  readonly items: readonly ItemToPut[];
  /** Undefined: the stored file stays. */
  readonly file: (SealedFile & { readonly expectedRevision: Uint8Array | undefined }) | undefined;
}

export interface SealedApplication {
  readonly outcome: Outcome;
  readonly stamped: StampedRowToWrite<Verified<Application>>;
  /** Undefined: there is none. */
  readonly expectedRevision: Uint8Array | undefined;
}

export interface SealDeps {
  readonly ring: Keyring;
  readonly guard: RowGuard;
  readonly random: RandomSource;
  readonly clock: Clock;
  readonly steps: ImportSteps;
}

export interface Planned {
  readonly groups: readonly TransportGroup[];
  readonly known: Known;
  readonly plan: Omit<ImportPlan, "handlers">;
}

/** Items that are sealed between two turns of the event loop. */
const ITEMS_AT_ONCE = 100;

/** Throws `value-too-large`, with the place in the file. */
export async function sealImport(
  deps: SealDeps,
  caller: Caller,
  request: BindingsImport & { readonly bytes: Uint8Array },
  { groups, known, plan }: Planned,
): Promise<SealedImport> {
  const changed = plan.applications.map(({ items }) =>
    items.filter(({ outcome }) => outcome !== "unchanged"),
  );
  const total = changed.reduce((sum, { length }) => sum + length, 0);
  const applications: SealedApplication[] = [];
  const items: ItemToPut[] = [];
  for (const [index, { plan: application }] of plan.applications.entries()) {
    const stamped = deps.guard.stamp(deps.ring, applicationStampColumns, application.application);
    applications.push({
      outcome: application.outcome,
      stamped,
      expectedRevision: application.former?.row.revision,
    });
    for (const item of changed[index] ?? []) {
      items.push(sealOne(deps, caller, request.file, stamped.row, item));
      if (items.length % ITEMS_AT_ONCE === 0) {
        await deps.steps.step("sealing", items.length, total);
      }
    }
  }
  const sealed = await sealStored(deps, caller, request, { groups, known, plan });
  return { ring: deps.ring, name: request.name, applications, items, ...sealed };
}

function sealOne(
  deps: SealDeps,
  caller: Caller,
  file: string,
  application: Verified<Application>,
  { identifier, line, bag, current }: PlannedApplication["items"][number],
): ItemToPut {
  const revision = nextRevision(deps.random, current?.revision);
  const sealed = at(file, { line, column: 1 }, identifier, () =>
    sealItem(deps.ring, deps.random, application, { identifier, revision, bag }),
  );
  const { applicationId } = application;
  const writtenAtMs = deps.clock.wallTime();
  const written = { writtenAtMs, writtenBy: caller.name };
  return {
    item: { applicationId, identifier, revision, sealed, ...written },
    expectedRevision: current?.revision,
  };
}

async function sealStored(
  deps: SealDeps,
  caller: Caller,
  { name, mask = [], bytes }: BindingsImport & { readonly bytes: Uint8Array },
  { groups, known, plan }: Planned,
): Promise<Pick<SealedImport, "outcome" | "file">> {
  const index = plan.applications.map(({ plan: application }, position) =>
    indexed(application, groups[position]),
  );
  const { stored } = known;
  const manifest = stored?.manifest;
  if (manifest !== undefined && isSameFile(manifest, { file: bytes, index, mask })) {
    return { outcome: "unchanged", file: undefined };
  }
  const toSeal = {
    name,
    mask,
    items: index.reduce((sum, { identifiers }) => sum + identifiers.length, 0),
    applications: plan.applications.map(
      ({ plan: { application } }) => [application.applicationId, application.name] as const,
    ),
    file: bytes,
    index,
    // A revision is counted on only if something opened under it.
    revision: nextRevision(deps.random, manifest && stored.row.revision),
    writtenAtMs: deps.clock.wallTime(),
    writtenBy: caller.name,
  };
  const breathe = (): Promise<void> => deps.steps.step("sealing", 1, 1);
  const sealed = await sealFile(deps.ring, deps.random, toSeal, breathe);
  return {
    outcome: stored === undefined ? "created" : "changed",
    file: { ...sealed, expectedRevision: stored?.row.revision },
  };
}

function indexed(
  { application, fields }: ApplicationPlan,
  group: TransportGroup | undefined,
): BindingsIndex[number] {
  return {
    applicationId: application.applicationId,
    fields: Object.fromEntries([...fields].map(([name, { id }]) => [name, id])),
    identifiers: group?.transports.map(({ identifier }) => identifier) ?? [],
  };
}
