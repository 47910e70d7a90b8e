import type { JsonSchema, MapSchema, ObjectSchema } from "@chatelaine/protocol";

/**
 * Where a value is not as its schema says; undefined if it is. Properties that the schema does not
 * know are passed over: the node that sent them may be a version ahead.
 */
export function mismatch(schema: JsonSchema, value: unknown, at: string): string | undefined {
  switch (schema.type) {
    case "object":
      return objectMismatch(schema, value, at);
    case "array":
      if (!Array.isArray(value) || value.length > schema.maxItems) {
        return `${at} must be a list of at most ${String(schema.maxItems)}`;
      }
      return firstOf(value, (item, index) => mismatch(schema.items, item, `${at}/${index}`));
    case "string":
      return isTextOf(schema, value) ? undefined : `${at} is not a text of its schema`;
    case "integer":
    case "number":
      return isNumberOf(schema, value) ? undefined : `${at} is not a number of its schema`;
    case "boolean":
      return typeof value === "boolean" ? undefined : `${at} must be true or false`;
    default:
      return isScalarOf(schema.type, value) ? undefined : `${at} is not a value of its schema`;
  }
}

function objectMismatch(
  schema: ObjectSchema | MapSchema,
  value: unknown,
  at: string,
): string | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return `${at} must be an object`;
  }
  const entries = Object.entries(value);
  if (!("properties" in schema)) {
    const { additionalProperties: inner } = schema;
    return inner === false
      ? undefined
      : firstOf(entries, ([name, each]) => mismatch(inner, each, `${at}/${name}`));
  }
  const { properties = {}, required = [] } = schema;
  const missing = required.find((name) => !Object.hasOwn(value, name));
  return missing === undefined
    ? firstOf(entries, ([name, each]) => {
        const inner = Object.hasOwn(properties, name) ? properties[name] : undefined;
        return inner && mismatch(inner, each, `${at}/${name}`);
      })
    : `${at} lacks ${missing}`;
}

function isTextOf(schema: Extract<JsonSchema, { type: "string" }>, value: unknown): boolean {
  return (
    typeof value === "string" &&
    Array.from(value).length <= schema.maxLength &&
    Array.from(value).length >= (schema.minLength ?? 0) &&
    (schema.enum?.includes(value) ?? true) &&
    (schema.pattern === undefined || new RegExp(schema.pattern, "u").test(value))
  );
}

function isNumberOf(
  schema: Extract<JsonSchema, { type: "integer" | "number" }>,
  value: unknown,
): boolean {
  return (
    typeof value === "number" &&
    (schema.type === "number" || Number.isInteger(value)) &&
    value >= (schema.minimum ?? -Infinity) &&
    value <= (schema.maximum ?? Infinity)
  );
}

function isScalarOf(types: readonly string[], value: unknown): boolean {
  return types.includes(value === null ? "null" : typeof value);
}

function firstOf<T>(
  items: readonly T[],
  problemOf: (item: T, index: number) => string | undefined,
): string | undefined {
  for (const [index, item] of items.entries()) {
    const problem = problemOf(item, index);
    if (problem !== undefined) {
      return problem;
    }
  }
  return undefined;
}
