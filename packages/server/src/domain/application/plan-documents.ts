import { APPLICATION_DOCUMENT_FLAGS, type ApplicationDocument } from "@chatelaine/biztalk";
import { foldName, type RandomSource } from "@chatelaine/crypto";
import { CodedError } from "../../base/coded-error.ts";
import { importError, at } from "../import-file/import-problems.ts";
import { newApplicationId } from "../application-id/application-id.ts";
import { nextRevision } from "../transaction/revision.ts";
import type { Application } from "./application.ts";
import {
  changedSettings,
  newSettings,
  parseSettings,
  renderSettings,
  type ApplicationSettings,
} from "./application-settings.ts";
import { documentRequest } from "./document-request.ts";
import type { FoundApplication } from "./get-application.ts";
import { assertMayBeEnabled } from "./manage-applications.ts";

export type ImportMode = "create" | "update" | "both";

/** What becomes of one document; nothing is written yet. */
export interface DocumentPlan {
  readonly outcome: "created" | "changed" | "unchanged";
  readonly application: Application;
  /** Undefined: there is none yet. */
  readonly former: FoundApplication | undefined;
  readonly changes: readonly string[];
  readonly ignored: readonly string[];
  readonly line: number;
}

/**
 * What becomes of the documents of a file. Every refusal begins with the place and names the
 * application: `application-exists`, `application-not-found`, `application-invalid`,
 * `application-immutable`, `import-invalid`, `import-too-large`.
 */
export function planDocuments(
  random: RandomSource,
  { file, mode }: { readonly file: string; readonly mode: ImportMode },
  documents: readonly ApplicationDocument[],
  known: ReadonlyMap<string, FoundApplication>,
): readonly DocumentPlan[] {
  const seen = new Set<string>();
  return documents.map((document) => {
    const key = foldName(document.name);
    if (seen.has(key)) {
      throw importError(
        "import-invalid",
        file,
        document.place,
        `the file describes ${document.name} twice; leave one of the two`,
      );
    }
    seen.add(key);
    return at(file, document.place, document.name, () =>
      planDocument(random, mode, document, known.get(key)),
    );
  });
}

function planDocument(
  random: RandomSource,
  mode: ImportMode,
  document: ApplicationDocument,
  former: FoundApplication | undefined,
): DocumentPlan {
  if (former === undefined) {
    if (mode === "update") {
      throw new CodedError("application-not-found", {
        detail: "there is no such affiliate application to update",
      });
    }
    return planNew(random, document);
  }
  if (mode === "create") {
    throw new CodedError("application-exists", {
      detail: "an affiliate application of this name exists",
    });
  }
  return planChange(random, document, former);
}

function planNew(random: RandomSource, document: ApplicationDocument): DocumentPlan {
  const { name, type = "individual", fields, place, enabled } = document;
  const { changes, ignored } = documentRequest(document, type);
  if (fields.length === 0) {
    throw new CodedError("application-invalid", {
      detail: "fields: a new application needs fields, and the file has none",
    });
  }
  const application: Application = {
    applicationId: newApplicationId(random),
    revision: nextRevision(random, undefined),
    name,
    type,
    generation: 0,
    isEnabled: enabled ?? false,
    settings: renderSettings(newSettings({ name, type, ...changes })),
  };
  assertMayBeEnabled(application);
  return {
    outcome: "created",
    application,
    former: undefined,
    changes: [],
    ignored,
    line: place.line,
  };
}

function planChange(
  random: RandomSource,
  document: ApplicationDocument,
  former: FoundApplication,
): DocumentPlan {
  const { row } = former;
  const { type, enabled, place } = document;
  if (type !== undefined && type !== row.type) {
    throw new CodedError("application-immutable", {
      detail: `it is of type ${row.type}, and the file makes it one of type ${type}; a type does not change`,
    });
  }
  const { changes: wanted, ignored } = documentRequest(document, row.type);
  const before = parseSettings(row.settings);
  const after = changedSettings(row.type, before, wanted);
  const isEnabled = enabled ?? row.isEnabled;
  const changes = [
    ...differences(before, after),
    ...(isEnabled === row.isEnabled ? [] : ["enabled"]),
  ];
  const isChanged = changes.length > 0;
  const revision = isChanged ? nextRevision(random, row.revision) : row.revision;
  const settings = isChanged ? renderSettings(after) : row.settings;
  const application = { ...row, revision, settings, isEnabled };
  assertMayBeEnabled(application);
  const outcome = isChanged ? "changed" : "unchanged";
  return { outcome, application, former, changes, ignored, line: place.line };
}

/** Names of what differs; of flags and fields, which ones. */
function differences(before: ApplicationSettings, after: ApplicationSettings): readonly string[] {
  const names = [
    "description",
    "contact",
    "applicationUsers",
    "applicationAdministrators",
    "windowsAccount",
    "ticketTimeoutMinutes",
  ] as const;
  const isOther = (one: unknown, other: unknown): boolean =>
    JSON.stringify(one) !== JSON.stringify(other);
  const flags = APPLICATION_DOCUMENT_FLAGS.filter(
    (flag) => before.flags[flag] !== after.flags[flag],
  );
  const fields = after.fields.filter((field, index) => isOther(field, before.fields[index]));
  return [
    ...names.filter((name) => isOther(before[name], after[name])),
    ...flags.map((flag) => `flags.${flag}`),
    ...fields.map(({ name }) => `fields.${name}`),
  ];
}
