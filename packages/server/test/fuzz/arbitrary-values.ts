import fc from "fast-check";
import type { Schema } from "./openapi-document.ts";

/** Texts that some pattern of the document may ask for. */
const FITTING = ["Own", "item", "a", "1", "100", "*", "0".repeat(32), `"${"0".repeat(32)}"`];
const LONG_MAX = 5000;
/** What a database or an encoder may not take, though a schema may say nothing against it. */
const UNFIT = ["\u0000", "a\u0000b", "\ud800", "a\udc00", "\u2028", "\ufeff", "e\u0301"];
const UNFIT_TEXT = { weight: 1, arbitrary: fc.constantFrom(...UNFIT) };

/** Values that a schema accepts, mostly. */
export function fitting(schema: Schema): fc.Arbitrary<unknown> {
  const { type, properties = {}, required = [] } = schema;
  if (schema.const !== undefined || schema.enum !== undefined) {
    return fc.constantFrom(...(schema.enum ?? [schema.const]));
  }
  switch ([type].flat()[0] ?? "") {
    case "string":
      return fittingText(schema);
    case "integer":
      return fc.integer({ min: schema.minimum ?? 0, max: Math.min(schema.maximum ?? 1000, 1000) });
    case "number":
      return fc.double({ noNaN: true, noDefaultInfinity: true });
    case "boolean":
      return fc.boolean();
    case "array":
      return fc.array(fitting(schema.items ?? {}), {
        minLength: schema.minItems ?? 0,
        maxLength: 3,
      });
    case "object":
      return schema.properties === undefined && typeof schema.additionalProperties === "object"
        ? fc.dictionary(
            fc.constantFrom("host", "password", ...UNFIT),
            fitting(schema.additionalProperties),
          )
        : fc.record(
            Object.fromEntries(
              Object.entries(properties).map(([name, inner]) => [name, fitting(inner)]),
            ),
            { requiredKeys: [...required], noNullPrototype: true },
          );
    default:
      return fc.constant("x");
  }
}

function fittingText({ pattern, minLength = 0, maxLength = 100 }: Schema): fc.Arbitrary<string> {
  const known = FITTING.filter(
    (text) =>
      text.length >= minLength &&
      text.length <= maxLength &&
      (pattern === undefined || new RegExp(pattern, "u").test(text)),
  );
  const longest = Math.max(minLength, Math.min(maxLength, 20));
  const some = fc.string({ minLength, maxLength: longest, unit: "grapheme" });
  const all = { weight: 4, arbitrary: some };
  return known.length === 0
    ? fc.oneof(all, UNFIT_TEXT)
    : fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...known) }, all, UNFIT_TEXT);
}

/** What one would send to break something. */
export const odd: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    -1,
    0,
    1.5,
    1e308,
    2 ** 53,
    "",
    " ",
    ...UNFIT,
    "app_aaaaaaaaaaaaaaaa",
    "../../etc/passwd",
    "'; drop table audit; --",
    "%00",
    "__proto__",
    "constructor",
    [],
    {},
    [[]],
    { __proto__: null, toString: 1 },
  ),
  fc.string({ unit: "binary", maxLength: 30 }),
  fc.integer({ min: 1, max: LONG_MAX }).map((length) => "x".repeat(length)),
  fc.integer({ min: 100, max: 400 }).map((count) => Array.from({ length: count }, () => "a")),
  fc.jsonValue({ maxDepth: 3 }),
);

/** A value that fits, with something odd in one place of it. */
export function spoilt(schema: Schema, addition: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc
    .tuple(fitting(schema), addition, fc.nat(1000), fc.string({ maxLength: 10 }))
    .map(([value, put, choice, name]) => spoil(value, put, choice, name));
}

/** Replaces a part of the value, removes it, or adds a field; which, the number says. */
function spoil(value: unknown, put: unknown, choice: number, name: string): unknown {
  if (typeof value !== "object" || value === null || choice % 5 === 0) {
    return put;
  }
  if (Array.isArray(value)) {
    const items: readonly unknown[] = value;
    const at = choice % (items.length + 1);
    return [...items.slice(0, at), put, ...items.slice(at + 1)];
  }
  const entries: (readonly [string, unknown])[] = Object.entries(value);
  const chosen = entries[choice % Math.max(1, entries.length)];
  if (chosen === undefined || choice % 7 === 0) {
    return Object.fromEntries([...entries, [name, put]]);
  }
  const [chosenName, inner] = chosen;
  const rest = entries.filter(([other]) => other !== chosenName);
  return choice % 3 === 0
    ? Object.fromEntries(rest)
    : Object.fromEntries([...rest, [chosenName, spoil(inner, put, choice >> 2, name)]]);
}
