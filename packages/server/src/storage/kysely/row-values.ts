import { CodedError } from "../../base/coded-error.ts";
import type { WallTimeMs } from "../../platform/clock.ts";

/** An instant as the tables hold it; fractions of a millisecond are dropped. */
export function instantColumn(instantMs: number): bigint {
  return BigInt(Math.trunc(instantMs));
}

export function wallTime(column: bigint): WallTimeMs {
  return Number(column) as WallTimeMs;
}

/**
 * The value if the list has it. The database may have been edited, so a value no node writes is a
 * row that is not authentic, and is refused before anything is done with it.
 */
export function oneOf<const Value extends string>(
  values: readonly Value[],
  column: string,
  name: string,
): Value {
  const found = values.find((value) => value === column);
  if (found === undefined) {
    throw unreadableColumn(name);
  }
  return found;
}

const U32_MAX = 0xffff_ffffn;

/** A number that the formats carry as u32; others are refused, because no node writes them. */
export function u32Value(column: bigint, name: string): number {
  if (column < 0n || column > U32_MAX) {
    throw unreadableColumn(name);
  }
  return Number(column);
}

const INSTANT_MS_MAX = 8_640_000_000_000_000n; // The last that a `Date` can be.

/** An instant that is under a stamp, so that what cannot be stamped is refused before that. */
export function stampedInstant(column: bigint, name: string): WallTimeMs {
  if (column < 0n || column > INSTANT_MS_MAX) {
    throw unreadableColumn(name);
  }
  return wallTime(column);
}

export function flagColumn(flag: boolean): bigint {
  return flag ? 1n : 0n;
}

/** Refuses what is neither 0 nor 1: under the stamp it would pass for one of them. */
export function flagValue(column: bigint, name: string): boolean {
  if (column !== 0n && column !== 1n) {
    throw unreadableColumn(name);
  }
  return column === 1n;
}

/** A column holds what no node writes. `name` is `table.column`. */
export function unreadableColumn(name: string): CodedError {
  return new CodedError("row-not-authentic", { internal: { column: name } });
}
