import type { Setting } from "@chatelaine/biztalk";
import { foldName, type Keyring } from "@chatelaine/crypto";
import type { ConfigImport, ConfigImported } from "@chatelaine/protocol";
import { CodedError } from "../../base/coded-error.ts";
import type { Caller } from "../access/caller.ts";
import { applicationStampColumns } from "../application/application.ts";
import { parseSettings, type Field } from "../application/application-settings.ts";
import type { ApplicationReader, ApplicationStore } from "../application/application-store.ts";
import { verifiedApplication, type FoundApplication } from "../application/get-application.ts";
import { planApplication, type ApplicationPlan } from "../application/plan-application.ts";
import { openItem, sealItem } from "../config-item/config-item.ts";
import type { ConfigItemReader, SealedConfigItem } from "../config-item/config-item-store.ts";
import {
  EMPTY_BAG,
  isSameBag,
  valueProblem,
  type PropertyBag,
  type PropertyValue,
} from "../config-item/property-bag.ts";
import {
  sealingVersion,
  type ItemStores,
  type WriteItemsDeps,
} from "../config-item/write-items.ts";
import { once, type Repeatable } from "../idempotency/once.ts";
import { at, importError } from "../import-file/import-problems.ts";
import type { StampedRowToWrite } from "../stamp/row-guard.ts";
import { nextRevision } from "../transaction/revision.ts";
import type { Reads, Writes } from "../transaction/transactions.ts";
import { parseSettingsFile, type SettingsFile } from "./parse-settings-file.ts";

interface ImportItemStores extends ItemStores {
  readonly applications: ApplicationStore;
}

interface Readers {
  readonly applications: ApplicationReader;
  readonly configItems: ConfigItemReader;
}

export interface ImportItemDeps extends Omit<WriteItemsDeps, "database"> {
  readonly database: Writes<ImportItemStores> & Reads<Readers>;
}

export interface ItemRequest extends ConfigImport, SettingsFile {
  readonly repeatable: Repeatable | undefined;
}

/** The identifier that community tools use for the one bag of an application. */
const IDENTIFIER = "ConfigProperties";

/**
 * Writes the settings of a file as one item, in one transaction with the config store that holds
 * it: made if it is not there, given the fields it lacks otherwise. The file says of no setting
 * that it is secret, so new fields are masked unless they are named. Throws as
 * `parseSettingsFile`, `planApplication`; `import-invalid` for a value that its field refuses.
 */
export async function importItem(
  deps: ImportItemDeps,
  caller: Caller,
  request: ItemRequest,
): Promise<ConfigImported> {
  const settings = await parseSettingsFile(request);
  const ring = deps.keyring.forSealing();
  const plan = (stores: Readers) => planItem(deps, ring, stores, request, settings);
  if (request.dryRun === true) {
    return render(request, await deps.database.read(plan));
  }
  return await once({ ...deps, ring }, caller, request.repeatable, async (stores) => {
    const planned = await plan(stores);
    await apply(deps, ring, stores, caller, planned);
    return render(request, planned);
  });
}

interface Planned {
  readonly application: ApplicationPlan;
  readonly identifier: string;
  readonly current: SealedConfigItem | undefined;
  readonly bag: PropertyBag;
  readonly outcome: ApplicationPlan["outcome"];
  readonly settings: ConfigImported["settings"];
}

async function planItem(
  { guard, random }: ImportItemDeps,
  ring: Keyring,
  { applications, configItems }: Readers,
  { file, application: name, identifier = IDENTIFIER, unmasked = [] }: ItemRequest,
  settings: readonly Setting[],
): Promise<Planned> {
  const found = await guard.read("application", () => applications.findByName(name));
  const former = found && verifiedApplication(ring, guard, found);
  const open = new Set(unmasked.map(foldName));
  const known = new Set(fieldsOf(former).map((field) => foldName(field.name)));
  const wanted = settings.map((setting) => {
    const key = foldName(setting.name);
    // What an administrator has left unmasked stays so.
    return {
      name: setting.name,
      type: "string",
      masked: !known.has(key) && !open.has(key),
    } as const;
  });
  const place = settings[0]?.place ?? { line: 1, column: 1 };
  const request = { name, description: "", wanted, former, formerFields: {} };
  const application = at(file, place, name, () => planApplication(random, request));
  const { applicationId } = application.application;
  const current = former && (await configItems.find(applicationId, identifier));
  const formerBag = former && current && openItem(ring, former.row, identifier, current);
  const written = writeSettings(file, application, settings, formerBag ?? EMPTY_BAG);
  const isSame = formerBag !== undefined && isSameBag(formerBag, written.bag);
  const outcome = current === undefined ? "created" : isSame ? "unchanged" : "changed";
  return { application, identifier, current, outcome, ...written };
}

function fieldsOf(application: FoundApplication | undefined): readonly Field[] {
  return application === undefined ? [] : parseSettings(application.row.settings).fields;
}

function writeSettings(
  file: string,
  { fields }: ApplicationPlan,
  settings: readonly Setting[],
  former: PropertyBag,
): Pick<Planned, "bag" | "settings"> {
  const bag = new Map(former);
  const outcomes = settings.map(({ name, value: text, place }) => {
    const field = fields.get(name);
    const value = field === undefined ? text : valueOf(field, text);
    const problem = field === undefined ? "has no field" : valueProblem(field, value);
    if (field === undefined || problem !== undefined) {
      throw importError("import-invalid", file, place, `${name} ${problem ?? ""}`);
    }
    const before = bag.get(field.id);
    bag.set(field.id, value);
    const outcome = before === undefined ? "created" : before === value ? "unchanged" : "changed";
    return { name: field.name, outcome } as const;
  });
  return { bag, settings: outcomes };
}

/** Every value of such a file is a text; a field that was made for something else gets that. */
function valueOf({ type }: Field, text: string): PropertyValue {
  if (type === "number" && text.trim() !== "" && Number.isFinite(Number(text))) {
    return Number(text);
  }
  const truth = text.toLowerCase();
  return type === "boolean" && (truth === "true" || truth === "false") ? truth === "true" : text;
}

async function apply(
  deps: ImportItemDeps,
  ring: Keyring,
  stores: ImportItemStores,
  caller: Caller,
  { application: plan, identifier, current, bag, outcome }: Planned,
): Promise<void> {
  const stamped = deps.guard.stamp(ring, applicationStampColumns, plan.application);
  const { applicationId, name } = stamped.row;
  await writeApplication(deps, stores, plan, stamped);
  if (plan.outcome !== "unchanged") {
    const action = plan.outcome === "created" ? "application.create" : "application.update";
    await stores.audit.record(deps.auditor.entry(caller, action, { applicationId, name }));
  }
  if (outcome === "unchanged") {
    return;
  }
  const revision = nextRevision(deps.random, current?.revision);
  const sealed = sealItem(ring, deps.random, stamped.row, { identifier, revision, bag });
  const written = { writtenAtMs: deps.clock.wallTime(), writtenBy: caller.name };
  const item = { applicationId, identifier, revision, sealed, ...written };
  switch (await stores.configItems.put(item, sealingVersion(ring), current?.revision)) {
    case "stored":
      break;
    case "version-not-primary":
      throw new CodedError("master-secret-server-unavailable", {
        detail: "the master secret has a newer version which this node does not hold yet; retry",
      });
    case "conflict":
      throw conflict(identifier);
  }
  await stores.audit.record(
    deps.auditor.entry(caller, "config.set", { applicationId, identifier }),
  );
}

async function writeApplication(
  { clock }: ImportItemDeps,
  { applications }: ImportItemStores,
  { outcome, former }: ApplicationPlan,
  stamped: StampedRowToWrite<ApplicationPlan["application"]>,
): Promise<void> {
  const nowMs = clock.wallTime();
  const isWritten =
    former === undefined
      ? await applications.add(stamped, nowMs)
      : outcome === "unchanged" ||
        (await applications.replace(stamped, former.row.revision, nowMs));
  if (!isWritten) {
    throw conflict(stamped.row.name);
  }
}

function conflict(what: string): CodedError {
  return new CodedError("revision-conflict", {
    detail: `${what} was changed meanwhile; repeat the import`,
  });
}

function render(
  { dryRun }: ItemRequest,
  { application: plan, identifier, outcome, settings }: Planned,
): ConfigImported {
  return {
    dryRun: dryRun === true,
    application: { name: plan.application.name, outcome: plan.outcome },
    identifier,
    newFields: plan.newFields.map(({ name, type, masked }) => ({ name, type, masked })),
    outcome,
    settings,
  };
}
