import type { SqlValue } from "../sql/syntax.ts";
import { SqlError, unsupported } from "../sql-error.ts";
import { textOf, toBigint, toNumber } from "./values.ts";

/** What functions may ask of the server. Instants are ms since 1970. */
export interface ServerFacts {
  /** Now, in the middle of a statement. */
  clockMs(): number;
  /** When the transaction began. */
  readonly transactionMs: number;
  setting(name: string): string;
}

type SqlFunction = (facts: ServerFacts, ...args: readonly SqlValue[]) => SqlValue;

/** Functions of single values, by name; each of those with arguments gives null for null. */
const FUNCTIONS: Readonly<Record<string, SqlFunction>> = {
  clock_timestamp: (facts) => facts.clockMs(),
  now: (facts) => facts.transactionMs,
  extract_epoch: (_facts, instant = null) => Number(instant) / 1000,
  length: (_facts, value = null) =>
    BigInt(value instanceof Uint8Array ? value.length : Array.from(textOf(value)).length),
  substr: (_facts, value = null, from = 1n, count = null) => slice(value, from, count),
  int8send: (_facts, value = null) => int8(toBigint(value)),
  decode: (_facts, value = null) => new Uint8Array(Buffer.from(textOf(value), "hex")),
  encode: (_facts, value = null) =>
    value instanceof Uint8Array ? Buffer.from(value).toString("hex") : null,
  repeat: (_facts, value = null, count = 0n) => textOf(value).repeat(toNumber(count)),
  lower: (_facts, value = null) => textOf(value).toLowerCase(),
  current_setting: (facts, name = null) => facts.setting(textOf(name)),
  pg_is_in_recovery: () => false,
  current_schema: () => "public",
  quote_ident: (_facts, name = null) => name,
  to_regnamespace: (_facts, name = null) => name,
};

export function callFunction(
  name: string,
  facts: ServerFacts,
  args: readonly SqlValue[],
): SqlValue {
  const called = FUNCTIONS[name];
  if (called === undefined) {
    throw unsupported(`function ${name}`);
  }
  return args.includes(null) ? null : called(facts, ...args);
}

function slice(value: SqlValue, from: SqlValue, count: SqlValue): SqlValue {
  const start = toNumber(from) - 1;
  const end = count === null ? undefined : start + toNumber(count);
  return value instanceof Uint8Array
    ? value.slice(start, end)
    : Array.from(textOf(value)).slice(start, end).join("");
}

function int8(value: bigint): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigInt64(0, value);
  return bytes;
}

/** `a operator b` for numbers and texts; null if either is. */
export function calculate(operator: string, left: SqlValue, right: SqlValue): SqlValue {
  if (left === null || right === null) {
    return null;
  }
  if (operator === "->>") {
    return elementText(textOf(left), toNumber(right));
  }
  if (operator === "||") {
    return textOf(left) + textOf(right);
  }
  const isWhole = typeof left !== "number" && typeof right !== "number";
  if (!isWhole) {
    return calculateNumbers(operator, Number(left), Number(right));
  }
  const [a, b] = [toBigint(left), toBigint(right)];
  switch (operator) {
    case "+":
      return a + b;
    case "-":
      return a - b;
    case "*":
      return a * b;
    case "/":
      return a / nonZero(b);
    case "%":
      return a % nonZero(b);
    default:
      throw unsupported(`operator ${operator}`);
  }
}

function elementText(json: string, index: number): SqlValue {
  const array: unknown = JSON.parse(json);
  const element: unknown = Array.isArray(array) ? array[index] : undefined;
  return typeof element === "string"
    ? element
    : element === undefined || element === null
      ? null
      : JSON.stringify(element);
}

function calculateNumbers(operator: string, a: number, b: number): number {
  switch (operator) {
    case "+":
      return a + b;
    case "-":
      return a - b;
    case "*":
      return a * b;
    default:
      throw unsupported(`operator ${operator} for fractions`);
  }
}

function nonZero(value: bigint): bigint {
  if (value === 0n) {
    throw new SqlError("22012", "division by zero");
  }
  return value;
}
