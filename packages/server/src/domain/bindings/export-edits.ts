import type { BindingFile, Property, SlotEdit, Transport } from "@chatelaine/biztalk";
import { foldName, type Keyring } from "@chatelaine/crypto";
import type { ApplicationId } from "../application-id/application-id.ts";
import type { Application } from "../application/application.ts";
import { parseSettings, type Field } from "../application/application-settings.ts";
import { openItem } from "../config-item/config-item.ts";
import type { SealedConfigItem } from "../config-item/config-item-store.ts";
import type { PropertyBag, PropertyValue } from "../config-item/property-bag.ts";
import type { Verified } from "../stamp/row-guard.ts";
import { fieldLookup, valueFor, type FieldOf } from "./plan-item.ts";

/** An application of a stored file, as it is now. */
export interface PresentApplication {
  /** As it was called when the file was imported. */
  readonly name: string;
  /** Ids of its fields by the names of properties. */
  readonly fields: Readonly<Record<string, number>>;
  /** Undefined: it was deleted. */
  readonly row: Verified<Application> | undefined;
  readonly items: ReadonlyMap<string, SealedConfigItem>;
}

export interface ExportEdits {
  readonly edits: readonly ExportEdit[];
  /** What is to be printed as `******` once the edits are made. */
  readonly hidden: readonly HiddenPlace[];
  /** Values that differ from those of the file. */
  readonly changed: number;
  /** Values of the file that its items have no longer. */
  readonly gone: number;
  /** Items of which a secret is shown. */
  readonly shown: readonly { readonly applicationId: ApplicationId; readonly identifier: string }[];
}

/** A value to be written, and what it is the value of. */
export interface ExportEdit extends SlotEdit {
  readonly identifier: string;
  readonly property: string;
}

/** A property of the file by its place in it, which edits do not change. */
export interface HiddenPlace {
  readonly transport: number;
  readonly property: string;
}

/**
 * What to change in the file so that it says what its items hold now. A value that its item has no
 * longer is never brought back as a secret: it is printed as `******`, in every mode; one that is
 * no secret stays as the file has it. Throws `cannot-open`.
 */
export function exportEdits(
  ring: Keyring,
  file: BindingFile,
  applications: readonly PresentApplication[],
  mode: "masked" | "revealed",
): ExportEdits {
  const byName = new Map(applications.map((one) => [foldName(one.name), presentIn(one)]));
  const collected = new Collected(mode);
  for (const [index, transport] of file.transports.entries()) {
    const name = foldName(`${transport.application}/${transport.adapter}`);
    collected.add(ring, index, transport, byName.get(name));
  }
  return collected;
}

interface Present {
  readonly application: PresentApplication;
  readonly fieldOf: FieldOf;
}

function presentIn(application: PresentApplication): Present {
  const { row, fields } = application;
  const all = row === undefined ? [] : parseSettings(row.settings).fields;
  const byId = new Map(all.map((field) => [field.id, field]));
  const byProperty = Object.entries(fields).flatMap(([property, id]) => {
    const field = byId.get(id);
    return field === undefined ? [] : [[property, field] as const];
  });
  return { application, fieldOf: fieldLookup(new Map(byProperty)) };
}

class Collected implements ExportEdits {
  readonly edits: ExportEdit[] = [];
  readonly shown: { readonly applicationId: ApplicationId; readonly identifier: string }[] = [];
  readonly hidden: HiddenPlace[] = [];
  changed = 0;
  gone = 0;
  readonly #mode: "masked" | "revealed";

  constructor(mode: "masked" | "revealed") {
    this.#mode = mode;
  }

  add(ring: Keyring, index: number, transport: Transport, present: Present | undefined): void {
    const { identifier, properties } = transport;
    const row = present?.application.row;
    const bag = row === undefined ? undefined : openPresent(ring, row, present, identifier);
    const shown = properties.filter((property) =>
      this.#property(
        { transport: index, identifier },
        property,
        present?.fieldOf(property.name),
        bag,
      ),
    );
    if (row !== undefined && shown.length > 0) {
      this.shown.push({ applicationId: row.applicationId, identifier });
    }
  }

  /** Whether a secret is shown. */
  #property(
    { transport, identifier }: { readonly transport: number; readonly identifier: string },
    property: Property,
    field: Field | undefined,
    bag: PropertyBag | undefined,
  ): boolean {
    const { slot, masked, value: inFile } = property;
    const isSecret = masked || field?.masked === true;
    const value = field === undefined ? undefined : bag?.get(field.id);
    const place = { transport, property: property.name };
    if (field === undefined || value === undefined) {
      this.#gone(place, inFile, isSecret);
      return false;
    }
    const isChanged = valueFor(field, inFile) !== value;
    this.changed += Number(isChanged);
    if (isSecret && this.#mode === "masked") {
      this.hidden.push(place);
      return false;
    }
    if (isChanged) {
      const edit = { slot, value: valueOf(property, value) };
      this.edits.push({ ...edit, identifier, property: property.name });
    }
    return isSecret;
  }

  #gone(place: HiddenPlace, inFile: PropertyValue | undefined, isSecret: boolean): void {
    if (inFile === undefined) {
      return; // Neither the file nor the item has one.
    }
    this.gone += 1;
    if (isSecret) {
      this.hidden.push(place);
    }
  }
}

function openPresent(
  ring: Keyring,
  row: Verified<Application>,
  present: Present | undefined,
  identifier: string,
): PropertyBag | undefined {
  const item = present?.application.items.get(identifier);
  return item === undefined ? undefined : openItem(ring, row, identifier, item);
}

/** A field of texts may stand for a number or a truth value of this file. */
function valueOf({ type }: Property, value: PropertyValue): PropertyValue {
  if (type === "number" && typeof value === "string" && value.trim() !== "") {
    return Number.isFinite(Number(value)) ? Number(value) : value;
  }
  return type === "boolean" && (value === "true" || value === "false") ? value === "true" : value;
}
