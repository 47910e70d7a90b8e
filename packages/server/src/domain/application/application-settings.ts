import { foldName } from "@chatelaine/crypto";
import type { ApplicationCreate, ApplicationUpdate, ApplicationView } from "@chatelaine/protocol";
import { FIELDS_MAX } from "@chatelaine/protocol";
import { CodedError } from "../../base/coded-error.ts";
import type { ApplicationType } from "./application.ts";
import { defaultFlags, flagsProblem, type Flags } from "./application-flags.ts";

export type FieldType = "string" | "number" | "boolean" | "json" | "xml";

/** A field of an application. Values are kept by its id, so that its name may change. */
export interface Field {
  /** From 1, never used twice in an application. */
  readonly id: number;
  readonly name: string;
  readonly type: FieldType;
  /** Left out unless revealed. */
  readonly masked: boolean;
  readonly synchronized: boolean;
}

/** What an application is beyond name, type and generation; under its stamp as JSON. */
export interface ApplicationSettings {
  readonly description: string;
  readonly contact: string;
  readonly applicationUsers: readonly string[];
  readonly applicationAdministrators: readonly string[];
  readonly windowsAccount: string | undefined;
  readonly flags: Flags;
  readonly ticketTimeoutMinutes: number | undefined;
  readonly fields: readonly Field[];
}

export function renderSettings(settings: ApplicationSettings): string {
  return JSON.stringify(settings);
}

/** Of a row whose stamp was verified, so the text is what `renderSettings` wrote. */
export function parseSettings(verified: string): ApplicationSettings {
  const parsed = JSON.parse(verified) as Omit<
    ApplicationSettings,
    "windowsAccount" | "ticketTimeoutMinutes"
  > &
    Partial<ApplicationSettings>;
  return {
    ...parsed,
    windowsAccount: parsed.windowsAccount,
    ticketTimeoutMinutes: parsed.ticketTimeoutMinutes,
  };
}

/** The settings of a new application. Throws `application-invalid`. */
export function newSettings(request: ApplicationCreate): ApplicationSettings {
  if (request.flags?.directPasswordSync === true) {
    throw invalid("flags.directPasswordSync is set after creation, once there is an application");
  }
  const settings = {
    description: request.description ?? "",
    contact: request.contact ?? "",
    applicationUsers: request.applicationUsers ?? [],
    applicationAdministrators: request.applicationAdministrators ?? [],
    windowsAccount: request.windowsAccount,
    flags: { ...defaultFlags(request.type), ...request.flags },
    ticketTimeoutMinutes: request.ticketTimeoutMinutes,
    fields: mergeFields([], request.fields ?? []),
  };
  assertSound(request.type, settings);
  return settings;
}

/** Throws `application-invalid`, `application-immutable`. */
export function changedSettings(
  type: ApplicationType,
  settings: ApplicationSettings,
  request: ApplicationUpdate,
): ApplicationSettings {
  for (const flag of ["adminAccountSame", "windowsCreds", "restrictedCreds"] as const) {
    const wanted = request.flags?.[flag];
    if (wanted !== undefined && wanted !== settings.flags[flag]) {
      throw new CodedError("application-immutable", {
        detail: `flags.${flag} does not change after creation; make a new application`,
      });
    }
  }
  const changed = {
    description: request.description ?? settings.description,
    contact: request.contact ?? settings.contact,
    applicationUsers: request.applicationUsers ?? settings.applicationUsers,
    applicationAdministrators:
      request.applicationAdministrators ?? settings.applicationAdministrators,
    windowsAccount: request.windowsAccount ?? settings.windowsAccount,
    flags: { ...settings.flags, ...request.flags },
    ticketTimeoutMinutes: request.ticketTimeoutMinutes ?? settings.ticketTimeoutMinutes,
    fields: mergeFields(settings.fields, request.fields ?? []),
  };
  assertSound(type, changed);
  return changed;
}

type WantedField = NonNullable<ApplicationUpdate["fields"]>[number];

/**
 * Fields can be added, renamed and masked. They are not removed and keep their type, because
 * values lie under them; and what was masked stays so, because it was given to us as a secret.
 */
function mergeFields(known: readonly Field[], wanted: readonly WantedField[]): readonly Field[] {
  let fields = known;
  for (const field of wanted) {
    const former = findField(fields, field.formerName ?? field.name);
    if (former === undefined && field.formerName !== undefined) {
      throw invalid(`fields: there is no field ${field.formerName} to rename`);
    }
    fields =
      former === undefined
        ? [...fields, newField(fields, field)]
        : fields.map((other) => (other.id === former.id ? changedField(former, field) : other));
  }
  return fields;
}

function newField(fields: readonly Field[], wanted: WantedField): Field {
  return {
    id: 1 + Math.max(0, ...fields.map(({ id }) => id)),
    name: wanted.name,
    type: wanted.type ?? "string",
    masked: wanted.masked ?? false,
    synchronized: wanted.synchronized ?? false,
  };
}

function changedField(former: Field, wanted: WantedField): Field {
  if (wanted.type !== undefined && wanted.type !== former.type) {
    throw new CodedError("application-immutable", {
      detail: `fields: ${former.name} is of type ${former.type}; add a field of another name instead`,
    });
  }
  if (former.masked && wanted.masked === false) {
    throw new CodedError("application-immutable", {
      detail: `fields: ${former.name} is masked and stays so; its values were given as secrets`,
    });
  }
  return {
    ...former,
    name: wanted.name,
    masked: wanted.masked ?? former.masked,
    synchronized: wanted.synchronized ?? former.synchronized,
  };
}

/** By name, compared after folding. */
export function findField(fields: readonly Field[], name: string): Field | undefined {
  const folded = foldName(name);
  return fields.find((field) => foldName(field.name) === folded);
}

function assertSound(type: ApplicationType, settings: ApplicationSettings): void {
  const problem =
    flagsProblem(type, settings.flags) ??
    accountsProblem(type, settings) ??
    fieldsProblem(type, settings.fields);
  if (problem !== undefined) {
    throw invalid(problem);
  }
}

function accountsProblem(type: ApplicationType, settings: ApplicationSettings): string | undefined {
  if (type === "host-group" && settings.windowsAccount === undefined) {
    return "windowsAccount: a host group needs one account";
  }
  if (type !== "host-group" && settings.windowsAccount !== undefined) {
    return "windowsAccount: only a host group has one";
  }
  const isForTickets = type === "individual" || type === "group";
  return settings.ticketTimeoutMinutes !== undefined && !isForTickets
    ? "ticketTimeoutMinutes: only individual and group applications have tickets"
    : undefined;
}

function fieldsProblem(type: ApplicationType, fields: readonly Field[]): string | undefined {
  const names = new Set(fields.map(({ name }) => foldName(name)));
  const synchronized = fields.filter((field) => field.synchronized);
  if (fields.length > FIELDS_MAX) {
    return `fields: at most ${String(FIELDS_MAX)}`;
  }
  if (names.size !== fields.length) {
    return "fields: two have the same name";
  }
  if (synchronized.length > 1) {
    return "fields: at most one is synchronized";
  }
  return type === "config-store" && synchronized.length > 0
    ? "fields: a config store synchronizes no password"
    : undefined;
}

function invalid(detail: string): CodedError {
  return new CodedError("application-invalid", { detail });
}

export function renderFields(fields: readonly Field[]): ApplicationView["fields"] {
  return fields.map(({ name, type, masked, synchronized }) => ({
    name,
    type,
    masked,
    synchronized,
  }));
}
