import type { SqlValue } from "../sql/syntax.ts";
import { SqlError } from "../sql-error.ts";

/** Null is unknown: undefined here. Bytes and texts compare by bytes (collate "C"). */
export function compareValues(left: SqlValue, right: SqlValue): number | undefined {
  if (left === null || right === null) {
    return undefined;
  }
  if (left instanceof Uint8Array && right instanceof Uint8Array) {
    return Buffer.compare(left, right);
  }
  if (typeof left === "string" && typeof right === "string") {
    return left === right ? 0 : Buffer.compare(Buffer.from(left), Buffer.from(right));
  }
  if (isNumber(left) && isNumber(right)) {
    return left < right ? -1 : left > right ? 1 : 0;
  }
  if (typeof left === "boolean" && typeof right === "boolean") {
    return Number(left) - Number(right);
  }
  // A parameter arrives as text, and takes the type of what it is compared with.
  if (typeof left === "string" && typeof right === "bigint") {
    return compareValues(toBigint(left), right);
  }
  if (typeof left === "bigint" && typeof right === "string") {
    return compareValues(left, toBigint(right));
  }
  throw new SqlError("42883", `${typeof left} and ${typeof right} do not compare`);
}

export function isSameValue(left: SqlValue, right: SqlValue): boolean {
  return typeof left === "string" && typeof right === "string"
    ? left === right // most of what is asked, and no matter of order
    : compareValues(left, right) === 0;
}

export function isNumber(value: SqlValue): value is bigint | number {
  return typeof value === "bigint" || typeof value === "number";
}

export function toBigint(value: SqlValue): bigint {
  if (typeof value === "bigint") {
    return value;
  }
  if (typeof value === "number") {
    return BigInt(Math.round(value));
  }
  if (typeof value === "string" && /^[+-]?\d+$/.test(value)) {
    return BigInt(value);
  }
  throw new SqlError("22P02", "invalid input syntax for type bigint");
}

export function toNumber(value: SqlValue): number {
  return Number(toBigint(value));
}

/** The value as a column of that type holds it. */
export function valueAs(type: string, value: SqlValue): SqlValue {
  if (value === null) {
    return null;
  }
  switch (type) {
    case "bigint":
    case "integer":
      return toBigint(value);
    case "text":
      return textOf(value);
    case "bytea":
      if (value instanceof Uint8Array) {
        return value;
      }
      throw new SqlError("42804", `a column of type bytea is given ${typeof value}`);
    case "boolean":
      return value;
    default:
      throw new SqlError("42704", `type "${type}" does not exist`);
  }
}

export function textOf(value: SqlValue): string {
  if (typeof value === "string") {
    return value;
  }
  if (typeof value === "bigint" || typeof value === "number" || typeof value === "boolean") {
    return String(value);
  }
  throw new SqlError("42804", "there is no text of this value");
}
