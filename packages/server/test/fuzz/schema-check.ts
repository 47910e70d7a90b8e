import type { Schema } from "./openapi-document.ts";

/**
 * Where a value is not as its schema says; undefined if it is. Written for the few keywords that
 * the document uses, so that it does not share a fault with the server's own validator.
 */
export function mismatch(schema: Schema, value: unknown, at = ""): string | undefined {
  if (schema.type === undefined) {
    return undefined;
  }
  const types = [schema.type].flat();
  if (!types.some((type) => isOfType(type, value))) {
    return `${at} is no ${types.join(" or ")}`;
  }
  if (schema.enum !== undefined && !schema.enum.includes(value)) {
    return `${at} is none of ${schema.enum.join(", ")}`;
  }
  if (typeof value === "string") {
    return stringMismatch(schema, value, at);
  }
  if (typeof value === "number") {
    const isInside =
      value >= (schema.minimum ?? -Infinity) && value <= (schema.maximum ?? Infinity);
    return isInside ? undefined : `${at} is out of range`;
  }
  if (Array.isArray(value)) {
    const count = value.length;
    return count > (schema.maxItems ?? Infinity) || count < (schema.minItems ?? 0)
      ? `${at} has ${count} items`
      : first(value.map((item, index) => mismatch(schema.items ?? {}, item, `${at}/${index}`)));
  }
  return typeof value === "object" && value !== null
    ? objectMismatch(schema, value, at)
    : undefined;
}

function isOfType(type: string, value: unknown): boolean {
  switch (type) {
    case "null":
      return value === null;
    case "array":
      return Array.isArray(value);
    case "object":
      return typeof value === "object" && value !== null && !Array.isArray(value);
    case "integer":
      return Number.isInteger(value);
    default:
      return typeof value === type;
  }
}

function stringMismatch(schema: Schema, value: string, at: string): string | undefined {
  const { length } = Array.from(value); // in characters, as JSON Schema counts
  if (length > (schema.maxLength ?? Infinity) || length < (schema.minLength ?? 0)) {
    return `${at} has ${length} characters`;
  }
  return schema.pattern !== undefined && !new RegExp(schema.pattern, "u").test(value)
    ? `${at} does not match ${schema.pattern}`
    : undefined;
}

function objectMismatch(schema: Schema, value: object, at: string): string | undefined {
  const missing = schema.required?.find((name) => !Object.hasOwn(value, name));
  if (missing !== undefined) {
    return `${at} lacks ${missing}`;
  }
  return first(
    Object.entries(value).map(([name, inner]) => {
      const known = schema.properties?.[name];
      const other = schema.additionalProperties;
      if (known === undefined && other === false) {
        return `${at} has ${name}`;
      }
      return mismatch(known ?? (other === false ? {} : (other ?? {})), inner, `${at}/${name}`);
    }),
  );
}

function first(problems: readonly (string | undefined)[]): string | undefined {
  return problems.find((problem) => problem !== undefined);
}
