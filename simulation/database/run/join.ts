import { toHex } from "@chatelaine/crypto";
import type { Expression, SqlValue } from "../sql/syntax.ts";
import type { Source, StatementContext } from "./context.ts";
import { evaluate } from "./evaluate.ts";

type Combination = readonly Source[];

/** Up to so many pairs it is not worth looking for a shorter way. */
const PAIRS_FEW = 64;

/** What is joined, and under which condition. */
export interface Joining {
  readonly alias: string;
  readonly sources: readonly Source[];
  readonly where: Expression | undefined;
  readonly outer: readonly Source[];
}

/**
 * Each combination with each source that may go with it, in their order: by an equality of the
 * condition, if there is one to go by, else all. The condition is still to be asked of each.
 */
export function joined(
  context: StatementContext,
  combinations: readonly Combination[],
  joining: Joining,
): readonly Combination[] {
  const { sources, outer } = joining;
  const isFew = combinations.length * sources.length <= PAIRS_FEW;
  const equality = isFew ? undefined : equalityOf(combinations[0] ?? [], joining);
  const found = equality && bySide(sources, (one) => evaluate(context, equality.own, [one]));
  const asked =
    equality && combinations.map((left) => evaluate(context, equality.other, [...left, ...outer]));
  if (found === undefined || asked === undefined || !areOfOneKind([...found.values, ...asked])) {
    return combinations.flatMap((left) => sources.map((source) => [...left, source]));
  }
  return combinations.flatMap((left, index) =>
    (found.byKey.get(keyOf(asked[index] ?? null)) ?? []).map((source) => [...left, source]),
  );
}

interface Equality {
  /** Of the joined table alone. */
  readonly own: Expression;
  /** Of what it is joined to. */
  readonly other: Expression;
}

function equalityOf(left: Combination, { alias, where }: Joining): Equality | undefined {
  const known = new Set(left.map((source) => source.alias));
  const isKnown = (aliases: ReadonlySet<string>): boolean =>
    [...aliases].every((one) => known.has(one));
  for (const conjunct of conjunctsOf(where)) {
    if (conjunct.kind === "binary" && conjunct.operator === "=") {
      for (const [own, other] of [
        [conjunct.left, conjunct.right],
        [conjunct.right, conjunct.left],
      ] as const) {
        const [ofOwn, ofOther] = [aliasesOf(own), aliasesOf(other)];
        if (ofOwn?.size === 1 && ofOwn.has(alias) && ofOther !== undefined && isKnown(ofOther)) {
          return { own, other };
        }
      }
    }
  }
  return undefined;
}

function conjunctsOf(condition: Expression | undefined): readonly Expression[] {
  if (condition?.kind === "binary" && condition.operator === "and") {
    return [...conjunctsOf(condition.left), ...conjunctsOf(condition.right)];
  }
  return condition === undefined ? [] : [condition];
}

/** The tables whose columns the expression names; undefined if that cannot be said for sure. */
function aliasesOf(expression: Expression): ReadonlySet<string> | undefined {
  switch (expression.kind) {
    case "literal":
    case "parameter":
      return new Set();
    case "column":
      return expression.table === undefined ? undefined : new Set([expression.table]);
    case "binary":
      return union([expression.left, expression.right]);
    case "call":
      return union(expression.args);
    case "cast":
    case "not":
      return aliasesOf(expression.operand);
    case "is-null":
    case "in-list":
    case "in-query":
    case "exists":
    case "scalar-query":
    case "row-number":
      return undefined;
  }
}

function union(expressions: readonly Expression[]): ReadonlySet<string> | undefined {
  const all = new Set<string>();
  for (const aliases of expressions.map(aliasesOf)) {
    if (aliases === undefined) {
      return undefined;
    }
    aliases.forEach((alias) => all.add(alias));
  }
  return all;
}

function bySide(sources: readonly Source[], valueOf: (source: Source) => SqlValue) {
  const values = sources.map(valueOf);
  const byKey = new Map<string, Source[]>();
  sources.forEach((source, index) => {
    const value = values[index] ?? null;
    if (value !== null) {
      const key = keyOf(value);
      const same = byKey.get(key);
      if (same === undefined) {
        byKey.set(key, [source]);
      } else {
        same.push(source);
      }
    }
  });
  return { values, byKey };
}

/** Values of two kinds are compared one by one, which says what cannot be compared. */
function areOfOneKind(values: readonly SqlValue[]): boolean {
  return new Set(values.filter((value) => value !== null).map((value) => typeof value)).size <= 1;
}

function keyOf(value: SqlValue): string {
  return value instanceof Uint8Array ? toHex(value) : String(value);
}
