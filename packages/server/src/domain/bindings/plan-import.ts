import type { BindingFile, Transport } from "@chatelaine/biztalk";
import { foldName, type Keyring, type RandomSource } from "@chatelaine/crypto";
import type { ApplicationId } from "../application-id/application-id.ts";
import type { FoundApplication } from "../application/get-application.ts";
import { openItem } from "../config-item/config-item.ts";
import type { SealedConfigItem } from "../config-item/config-item-store.ts";
import type { BindingsIndex } from "./bindings-manifest.ts";
import type { TransportGroup } from "./group-transports.ts";
import type { ImportSteps } from "./import-desk.ts";
import { at } from "../import-file/import-problems.ts";
import type { GoneItem, Known } from "./known-state.ts";
import { planApplication, type ApplicationPlan } from "../application/plan-application.ts";
import { fieldLookup, planItem, type ItemPlan } from "./plan-item.ts";

/** What becomes of a binding file; nothing is sealed or written yet. */
export interface ImportPlan {
  readonly applications: readonly PlannedApplication[];
  readonly gone: readonly GoneItem[];
  readonly handlers: BindingFile["handlers"];
}

export interface PlannedApplication {
  readonly plan: ApplicationPlan;
  readonly items: readonly (ItemPlan & { readonly current: SealedConfigItem | undefined })[];
}

/** Items that are planned between two turns of the event loop. */
const ITEMS_AT_ONCE = 200;

/** Throws as `planApplication` and `planItem`, and `cannot-open`. */
export async function planImport(
  deps: { readonly ring: Keyring; readonly random: RandomSource; readonly steps: ImportSteps },
  file: string,
  groups: readonly TransportGroup[],
  known: Known,
): Promise<Omit<ImportPlan, "handlers">> {
  const total = groups.reduce((sum, { transports }) => sum + transports.length, 0);
  const applications: PlannedApplication[] = [];
  let done = 0;
  for (const group of groups) {
    const plan = planGroup(deps.random, file, group, known);
    const current = known.items.get(plan.application.applicationId);
    const fieldOf = fieldLookup(plan.fields);
    const items: PlannedApplication["items"][number][] = [];
    for (const transport of group.transports) {
      const row = current?.get(transport.identifier);
      const former = formerBag(deps.ring, plan.former, row);
      items.push({ ...planItem(file, fieldOf, transport, former), current: row });
      done += 1;
      if (done % ITEMS_AT_ONCE === 0) {
        await deps.steps.step("planning", done, total);
      }
    }
    applications.push({ plan, items });
  }
  return { applications, gone: known.gone };
}

function planGroup(
  random: RandomSource,
  file: string,
  { name, place, transports, properties }: TransportGroup,
  known: Known,
): ApplicationPlan {
  const former = known.applications.get(foldName(name));
  return at(file, place, name, () =>
    planApplication(random, {
      name,
      description: descriptionOf(transports[0]),
      wanted: properties,
      former,
      formerFields: former === undefined ? {} : formerFields(known.index, former),
    }),
  );
}

function descriptionOf(transport: Transport | undefined): string {
  return transport === undefined
    ? ""
    : `BizTalk application ${transport.application}, adapter ${transport.adapter}`;
}

function formerFields(
  index: BindingsIndex,
  { row }: FoundApplication,
): Readonly<Record<string, number>> {
  const isThis = (id: ApplicationId): boolean => id === row.applicationId;
  return index.find(({ applicationId }) => isThis(applicationId))?.fields ?? {};
}

function formerBag(
  ring: Keyring,
  application: FoundApplication | undefined,
  row: SealedConfigItem | undefined,
) {
  return application === undefined || row === undefined
    ? undefined
    : openItem(ring, application.row, row.identifier, row);
}
