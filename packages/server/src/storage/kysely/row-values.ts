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

/** A column holds what no node writes. `name` is `table.column`. */
export function unreadableColumn(name: string): CodedError {
  return new CodedError("row-not-authentic", { internal: { column: name } });
}
