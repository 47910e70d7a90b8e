/** Values of `CustomProps`, typed by `vt`: the variant types of Automation, by number. */

export type VariantKind = "nothing" | "text" | "number" | "boolean";

const KINDS: ReadonlyMap<number, VariantKind> = new Map([
  [0, "nothing"], // VT_EMPTY
  [1, "nothing"], // VT_NULL
  [2, "number"], // VT_I2
  [3, "number"], // VT_I4
  [4, "number"], // VT_R4
  [5, "number"], // VT_R8
  [6, "text"], // VT_CY: a decimal, which a binary number would not hold exactly
  [7, "text"], // VT_DATE
  [8, "text"], // VT_BSTR
  [11, "boolean"], // VT_BOOL
  [14, "text"], // VT_DECIMAL
  [16, "number"], // VT_I1
  [17, "number"], // VT_UI1
  [18, "number"], // VT_UI2
  [19, "number"], // VT_UI4
  [20, "text"], // VT_I8: more digits than a number holds
  [21, "text"], // VT_UI8
  [22, "number"], // VT_INT
  [23, "number"], // VT_UINT
]);

/** What each integer type may hold. */
const RANGES: ReadonlyMap<number, readonly [number, number]> = new Map([
  [2, [-(2 ** 15), 2 ** 15 - 1]],
  [3, [-(2 ** 31), 2 ** 31 - 1]],
  [16, [-(2 ** 7), 2 ** 7 - 1]],
  [17, [0, 2 ** 8 - 1]],
  [18, [0, 2 ** 16 - 1]],
  [19, [0, 2 ** 32 - 1]],
  [22, [-(2 ** 31), 2 ** 31 - 1]],
  [23, [0, 2 ** 32 - 1]],
]);

/** The type with this number; undefined if it is none that a binding file has. */
export function parseVariantType(vt: string): readonly [number, VariantKind] | undefined {
  const number = /^\d{1,2}$/.test(vt) ? Number(vt) : -1;
  const kind = KINDS.get(number);
  return kind === undefined ? undefined : [number, kind];
}

/** Undefined if the text is no number of the type. */
export function parseVariantNumber(type: number, text: string): number | undefined {
  const isNumber = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(text);
  const value = Number(text);
  return isNumber && isVariantNumber(type, value) ? value : undefined;
}

export function isVariantNumber(type: number, value: number): boolean {
  const range = RANGES.get(type);
  if (range === undefined) {
    return Number.isFinite(value);
  }
  return Number.isInteger(value) && range[0] <= value && value <= range[1];
}

/** Undefined if the text is neither. True is `-1` in the product, and words elsewhere. */
export function parseVariantBoolean(text: string): boolean | undefined {
  switch (text.toLowerCase()) {
    case "-1":
    case "1":
    case "true":
      return true;
    case "0":
    case "false":
      return false;
    default:
      return undefined;
  }
}

/** Spelled as the file spells it. */
export function renderVariantBoolean(value: boolean, words: boolean): string {
  if (words) {
    return value ? "True" : "False";
  }
  return value ? "-1" : "0";
}
