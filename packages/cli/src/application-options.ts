import { foldName } from "@chatelaine/crypto";
import { ROUTES, type ApplicationUpdate, type ApplicationView } from "@chatelaine/protocol";
import { CodedError } from "@chatelaine/server";
import { InvalidArgumentError } from "commander";

/** What `application create` and `application update` share, as the command line gives it. */
export interface ApplicationOptions {
  readonly description?: string;
  readonly contact?: string;
  /** false: `--no-users`. */
  readonly user?: readonly string[];
  readonly users: boolean;
  readonly administrator?: readonly string[];
  readonly administrators: boolean;
  readonly windowsAccount?: string;
  readonly field?: readonly Field[];
  readonly flag?: readonly Flag[];
  readonly ticketTimeout?: number;
}

export type Field = NonNullable<ApplicationUpdate["fields"]>[number];
type Flags = NonNullable<ApplicationUpdate["flags"]>;
type Flag = readonly [name: keyof Flags, isOn: boolean];
export type Renaming = readonly [former: string, name: string];

const SETTABLE = ROUTES["application.create"].request.json.properties;
const FIELD_TYPES: readonly string[] = SETTABLE.fields.items.properties.type.enum;
export const APPLICATION_TYPES: readonly string[] = SETTABLE.type.enum;
export const FLAG_NAMES: readonly string[] = Object.keys(SETTABLE.flags.properties);

/** The part of the request that follows from the shared options; only what was given is in it. */
export function settingsOf(options: ApplicationOptions): ApplicationUpdate {
  const { description, contact, windowsAccount, field, flag, ticketTimeout } = options;
  const applicationUsers = options.users ? options.user : [];
  const applicationAdministrators = options.administrators ? options.administrator : [];
  return {
    ...(description !== undefined && { description }),
    ...(contact !== undefined && { contact }),
    ...(applicationUsers !== undefined && { applicationUsers }),
    ...(applicationAdministrators !== undefined && { applicationAdministrators }),
    ...(windowsAccount !== undefined && { windowsAccount }),
    ...(flag !== undefined && { flags: Object.fromEntries(flag) }),
    ...(ticketTimeout !== undefined && { ticketTimeoutMinutes: ticketTimeout }),
    ...(field !== undefined && { fields: field }),
  };
}

/**
 * `NAME[:TYPE][:masked][:synchronized]`. A word that is none of these is refused rather than taken
 * for a part of the name: a misspelt `masked` would leave a secret field in the open.
 */
export function parseField(text: string): Field {
  const [name = "", ...words] = text.split(":");
  const types = words.filter((word) => FIELD_TYPES.includes(word));
  const others = words.filter((word) => !FIELD_TYPES.includes(word));
  const unknown = others.find((word) => word !== "masked" && word !== "synchronized");
  if (name === "" || unknown !== undefined || types.length > 1) {
    throw new InvalidArgumentError(
      `Write it as NAME[:TYPE][:masked][:synchronized]; TYPE is one of ${FIELD_TYPES.join(", ")}.`,
    );
  }
  const [type] = types;
  return {
    name,
    ...(isFieldType(type) && { type }),
    ...(others.includes("masked") && { masked: true }),
    ...(others.includes("synchronized") && { synchronized: true }),
  };
}

function isFieldType(word: string | undefined): word is NonNullable<Field["type"]> {
  return word !== undefined && FIELD_TYPES.includes(word);
}

/** `NAME[=true|false]`. */
export function parseFlag(text: string): Flag {
  const [name = "", value = "true", ...rest] = text.split("=");
  if (!isFlagName(name)) {
    throw new InvalidArgumentError(`The flags are ${FLAG_NAMES.join(", ")}.`);
  }
  if ((value !== "true" && value !== "false") || rest.length > 0) {
    throw new InvalidArgumentError("Write it as NAME, NAME=true or NAME=false.");
  }
  return [name, value === "true"];
}

function isFlagName(name: string): name is keyof Flags {
  return FLAG_NAMES.includes(name);
}

/** `OLD=NEW`. */
export function parseRenaming(text: string): Renaming {
  const [former = "", name = "", ...rest] = text.split("=");
  if (former === "" || name === "" || rest.length > 0) {
    throw new InvalidArgumentError("Write it as OLD=NEW.");
  }
  return [former, name];
}

/**
 * The changes of fields that exist. Throws `field-unknown`: the node would take the name of a field
 * that is to be masked, and does not exist, for a field to add, and leave the one that was meant.
 */
export function fieldChanges(
  known: ApplicationView["fields"],
  renamings: readonly Renaming[],
  masked: readonly string[],
): readonly Field[] {
  const renamed = renamings.map(([former, name]) => ({
    name,
    formerName: getField(known, former).name,
    ...(masked.some((each) => isSameName(each, former)) && { masked: true }),
  }));
  const others = masked.filter((each) => !renamings.some(([former]) => isSameName(each, former)));
  return [
    ...renamed,
    ...others.map((each) => ({ name: getField(known, each).name, masked: true })),
  ];
}

/** By name as the node compares names. Throws `field-unknown`. */
export function getField(
  fields: ApplicationView["fields"],
  name: string,
): ApplicationView["fields"][number] {
  const field = fields.find((each) => isSameName(each.name, name));
  if (field === undefined) {
    const names = fields.map((each) => each.name).join(", ");
    throw new CodedError("field-unknown", {
      detail: `there is no field ${name}; the application has ${names === "" ? "none" : names}`,
    });
  }
  return field;
}

function isSameName(a: string, b: string): boolean {
  return a.isWellFormed() && b.isWellFormed() && foldName(a) === foldName(b);
}
