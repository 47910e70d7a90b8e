import { SecretBytes, newBytes } from "@chatelaine/crypto";
import { CodedError } from "../../base/coded-error.ts";
import { findField, type Field } from "../application/application-settings.ts";

/**
 * The values of one config item, by the ids of their fields: a field that is renamed keeps its
 * values. Sealed as one value, as JSON with ascending ids.
 */
export type PropertyBag = ReadonlyMap<number, PropertyValue>;

export type PropertyValue = string | number | boolean;

/** What a caller asks to change: `null` removes a value. */
export type PropertyChanges = Readonly<Record<string, PropertyValue | null>>;

export const EMPTY_BAG: PropertyBag = new Map();

const ENCODER = new TextEncoder();

/** The clear text to be sealed; the caller erases it. */
export function encodeBag(bag: PropertyBag): SecretBytes {
  const entries = [...bag].sort(([a], [b]) => a - b);
  const json = JSON.stringify(entries);
  const longest = newBytes(json.length * 3);
  const { written } = ENCODER.encodeInto(json, longest);
  const bytes = SecretBytes.copyOf(longest.subarray(0, written));
  longest.fill(0);
  return bytes;
}

/** Of bytes that opened, so they are what `encodeBag` wrote. */
export function decodeBag(opened: SecretBytes): PropertyBag {
  return opened.use((bytes) => {
    const json = new TextDecoder().decode(bytes);
    return new Map(JSON.parse(json) as [number, PropertyValue][]);
  });
}

/** Whether both hold the same values under the same fields. */
export function isSameBag(one: PropertyBag, other: PropertyBag): boolean {
  return one.size === other.size && [...one].every(([id, value]) => other.get(id) === value);
}

/** Throws `field-unknown`, `value-invalid`; neither repeats a value. */
export function changedBag(
  fields: readonly Field[],
  bag: PropertyBag,
  changes: PropertyChanges,
): PropertyBag {
  const changed = new Map(bag);
  for (const [name, value] of Object.entries(changes)) {
    const field = findField(fields, name);
    if (field === undefined) {
      throw new CodedError("field-unknown", {
        detail:
          `properties: the application has no field ${name}; ` +
          "add it with `chatelaine application update`, or correct the name",
      });
    }
    if (value === null) {
      changed.delete(field.id);
    } else {
      assertFits(field, value);
      changed.set(field.id, value);
    }
  }
  return changed;
}

function assertFits(field: Field, value: PropertyValue): void {
  const problem = valueProblem(field, value);
  if (problem !== undefined) {
    throw new CodedError("value-invalid", { detail: `properties.${field.name}: ${problem}` });
  }
}

/** Why the field does not take the value; undefined if it does. Does not repeat the value. */
export function valueProblem({ type }: Field, value: PropertyValue): string | undefined {
  switch (type) {
    case "number":
      return Number.isFinite(value) ? undefined : "must be a number";
    case "boolean":
      return typeof value === "boolean" ? undefined : "must be true or false";
    case "json":
      return typeof value === "string" && isJson(value) ? undefined : "must be JSON, as a text";
    case "xml":
      return typeof value === "string" && value.trim().startsWith("<")
        ? undefined
        : "must be XML, as a text";
    case "string":
      return typeof value === "string" && value.isWellFormed() ? undefined : "must be a text";
  }
}

function isJson(value: string): boolean {
  try {
    JSON.parse(value);
    return true;
  } catch {
    return false; // the caller says so, without repeating what may be a secret
  }
}
