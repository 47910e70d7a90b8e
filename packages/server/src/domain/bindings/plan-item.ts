import type { Property, Transport } from "@chatelaine/biztalk";
import { foldName } from "@chatelaine/crypto";
import { VALUE_LENGTH_MAX } from "@chatelaine/protocol";
import type { Field } from "../application/application-settings.ts";
import {
  EMPTY_BAG,
  isSameBag,
  valueProblem,
  type PropertyBag,
  type PropertyValue,
} from "../config-item/property-bag.ts";
import { importError } from "../import-file/import-problems.ts";
import type { Outcome } from "../application/plan-application.ts";

/** What becomes of one item; nothing is sealed yet. */
export interface ItemPlan {
  readonly identifier: string;
  readonly line: number;
  readonly outcome: Outcome;
  readonly bag: PropertyBag;
  /** Names of secrets that neither the file nor the item has. */
  readonly missing: readonly string[];
  /** Names of secrets that the item has and the file lacks. */
  readonly kept: readonly string[];
}

/** Finds the field of a property by its name. */
export type FieldOf = (name: string) => Field | undefined;

/** By the names as they were grouped, which may differ from a property's in case. */
export function fieldLookup(fields: ReadonlyMap<string, Field>): FieldOf {
  const folded = new Map([...fields].map(([name, field]) => [foldName(name), field]));
  return (name) => fields.get(name) ?? folded.get(foldName(name));
}

/**
 * The item with what the file has: its values win, and what it lacks stays as it is. `former` are
 * the present values; undefined: there is no item. Throws `import-invalid`, `import-too-large`.
 */
export function planItem(
  file: string,
  fieldOf: FieldOf,
  { identifier, place, properties }: Transport,
  former: PropertyBag | undefined,
): ItemPlan {
  const bag = new Map(former ?? EMPTY_BAG);
  const missing: string[] = [];
  const kept: string[] = [];
  for (const property of properties) {
    const field = fieldOf(property.name);
    if (field === undefined) {
      continue; // Its group has no field at all.
    }
    const value = valueFor(field, property.value);
    if (value !== undefined) {
      assertFits(file, field, property, value);
      bag.set(field.id, value);
    } else if (property.masked) {
      (bag.has(field.id) ? kept : missing).push(field.name);
    }
  }
  return { identifier, line: place.line, outcome: outcomeOf(former, bag), bag, missing, kept };
}

/** A value of the file as its field holds it: fields of texts take numbers and truth values too. */
export function valueFor(
  { type }: Field,
  value: PropertyValue | undefined,
): PropertyValue | undefined {
  return value === undefined || type === "number" || type === "boolean" ? value : String(value);
}

function outcomeOf(former: PropertyBag | undefined, bag: PropertyBag): Outcome {
  if (former === undefined) {
    return "created";
  }
  return isSameBag(former, bag) ? "unchanged" : "changed";
}

/** Neither refusal repeats the value. */
function assertFits(
  file: string,
  field: Field,
  { name, place }: Property,
  value: PropertyValue,
): void {
  if (typeof value === "string" && value.length > VALUE_LENGTH_MAX) {
    throw importError(
      "import-too-large",
      file,
      place,
      `${name} has more than ${String(VALUE_LENGTH_MAX)} characters`,
    );
  }
  const problem = valueProblem(field, value);
  if (problem !== undefined) {
    throw importError(
      "import-invalid",
      file,
      place,
      `${name} ${problem}, because the field ${field.name} is of type ${field.type}; ` +
        "correct the file, or rename the field to begin another one",
    );
  }
}
