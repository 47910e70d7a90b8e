import { SETTINGS_FILE_BYTES_MAX, decodeText, parseApplications } from "@chatelaine/biztalk";
import type { ApplicationDocument } from "@chatelaine/biztalk";
import { foldName, type Keyring } from "@chatelaine/crypto";
import {
  IMPORTED_APPLICATIONS_MAX,
  type ApplicationImport,
  type ApplicationsImported,
} from "@chatelaine/protocol";
import { CodedError } from "../../base/coded-error.ts";
import type { Caller } from "../access/caller.ts";
import type { AuditAction } from "../audit/audit-action.ts";
import { once, type Repeatable } from "../idempotency/once.ts";
import { importError, reading } from "../import-file/import-problems.ts";
import type { Reads } from "../transaction/transactions.ts";
import { applicationStampColumns } from "./application.ts";
import { parseSettings } from "./application-settings.ts";
import type { ApplicationReader } from "./application-store.ts";
import { verifiedApplication, type FoundApplication } from "./get-application.ts";
import type { ApplicationStores, ManageApplicationsDeps } from "./manage-applications.ts";
import { planDocuments, type DocumentPlan } from "./plan-documents.ts";

export interface ImportApplicationsDeps extends ManageApplicationsDeps {
  readonly database: ManageApplicationsDeps["database"] &
    Reads<{ readonly applications: ApplicationReader }>;
}

export interface ApplicationsRequest extends ApplicationImport {
  readonly bytes: Uint8Array;
  readonly repeatable: Repeatable | undefined;
}

/**
 * Creates and updates the applications of a file of Enterprise SSO, in one transaction: one that
 * is refused refuses the file. Throws as `planDocuments`, `import-not-supported` for mapping and
 * globalInfo documents.
 */
export async function importApplications(
  deps: ImportApplicationsDeps,
  caller: Caller,
  request: ApplicationsRequest,
): Promise<ApplicationsImported> {
  const documents = await reading(request.file, () => parseFile(request));
  const ring = deps.keyring.forSealing();
  const plan = (applications: ApplicationReader) =>
    planFile(deps, ring, applications, request, documents);
  if (request.dryRun === true) {
    const plans = await deps.database.read(({ applications }) => plan(applications));
    return render(plans, true);
  }
  return await once({ ...deps, ring }, caller, request.repeatable, async (stores) => {
    const plans = await plan(stores.applications);
    await apply(deps, ring, stores, caller, plans);
    return render(plans, false);
  });
}

function parseFile({ file, bytes }: ApplicationsRequest): readonly ApplicationDocument[] {
  if (bytes.length > SETTINGS_FILE_BYTES_MAX) {
    const limit = String(SETTINGS_FILE_BYTES_MAX);
    throw importError("import-too-large", file, undefined, `more than ${limit} bytes`);
  }
  const documents = parseApplications(decodeText(bytes).text);
  if (documents.length > IMPORTED_APPLICATIONS_MAX) {
    const limit = String(IMPORTED_APPLICATIONS_MAX);
    throw importError("import-too-large", file, undefined, `more than ${limit} applications`);
  }
  return documents;
}

async function planFile(
  { guard, random }: ImportApplicationsDeps,
  ring: Keyring,
  applications: ApplicationReader,
  { file, mode = "both" }: ApplicationsRequest,
  documents: readonly ApplicationDocument[],
): Promise<readonly DocumentPlan[]> {
  const names = documents.map(({ name }) => name);
  const found = await guard.read("application", () => applications.findManyByName(names));
  const known = new Map<string, FoundApplication>(
    found.map((one) => [foldName(one.unverifiedRow.name), verifiedApplication(ring, guard, one)]),
  );
  return planDocuments(random, { file, mode }, documents, known);
}

async function apply(
  deps: ImportApplicationsDeps,
  ring: Keyring,
  { applications, audit }: ApplicationStores,
  caller: Caller,
  plans: readonly DocumentPlan[],
): Promise<void> {
  const nowMs = deps.clock.wallTime();
  for (const { application, former, outcome, changes } of plans) {
    if (outcome === "unchanged") {
      continue;
    }
    const stamped = deps.guard.stamp(ring, applicationStampColumns, application);
    const isWritten =
      former === undefined
        ? await applications.add(stamped, nowMs)
        : await applications.replace(stamped, former.row.revision, nowMs);
    if (!isWritten) {
      throw new CodedError("revision-conflict", {
        detail: `${application.name} was changed meanwhile; repeat the import`,
      });
    }
    const { applicationId, name, isEnabled } = application;
    const actions = actionsOf(outcome, changes, isEnabled);
    await audit.record(
      ...actions.map((action) => deps.auditor.entry(caller, action, { applicationId, name })),
    );
  }
}

function actionsOf(
  outcome: DocumentPlan["outcome"],
  changes: readonly string[],
  isEnabled: boolean,
): readonly AuditAction[] {
  if (outcome === "created") {
    return ["application.create"];
  }
  const isUpdated = changes.some((change) => change !== "enabled");
  const isSwitched = changes.includes("enabled");
  return [
    ...(isUpdated ? (["application.update"] as const) : []),
    ...(isSwitched ? ([isEnabled ? "application.enable" : "application.disable"] as const) : []),
  ];
}

function render(plans: readonly DocumentPlan[], dryRun: boolean): ApplicationsImported {
  return {
    dryRun,
    applications: plans.map(({ application, outcome, changes, ignored, line }) => ({
      name: application.name,
      type: application.type,
      outcome,
      enabled: application.isEnabled,
      changes:
        outcome === "created"
          ? parseSettings(application.settings).fields.map(({ name }) => `fields.${name}`)
          : changes,
      ignored,
      line,
    })),
  };
}
