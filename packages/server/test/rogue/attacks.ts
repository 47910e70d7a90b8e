import type { Expectation } from "./expectation.ts";
import {
  anotherCell,
  type Row,
  sameCell,
  type Snapshot,
  theRow,
  type Which,
  withCells,
  withTable,
} from "./raw-database.ts";
import type { ColumnEntry, Edit, Means, TableEntry } from "./table-entry.ts";

/** One thing an attacker does, and what must become of it. */
export interface Attack {
  readonly name: string;
  /** The database after it; undefined if it would change nothing. */
  readonly apply: (means: Means) => Snapshot | undefined;
  readonly expect: Expectation;
}

/** Every attack on one column: edit, swap, forge, a foreign system's value, replay. */
export function columnAttacks(table: string, entry: TableEntry, column: string): readonly Attack[] {
  const columnEntry = entry.columns[column];
  if (columnEntry === undefined) {
    return [];
  }
  const { except, expect } = columnEntry;
  const swaps = entry.partners.map((partner) => ({
    name: `swapped with ${partner.name}`,
    apply: (means: Means) => swapped(means, table, entry.target, partner.which, column),
    expect: except?.swap ?? (expect.outcome === "harmless" ? expect : (partner.expect ?? expect)),
  }));
  return [
    ...editsOf(columnEntry).map((edit) => ({
      name: `edited: ${edit.name}`,
      apply: (means: Means) =>
        rewritten(means, table, entry, column, (row) => edit.to(row[column] ?? null, means)),
      expect: edit.expect ?? except?.edit ?? expect,
    })),
    ...swaps,
    ...forgeries(table, entry, column, columnEntry),
    {
      name: "taken from another system",
      apply: (means) => fromForeign(means, table, entry, column),
      expect: except?.foreign ?? expect,
    },
    {
      name: "put back as it was",
      apply: (means) => putBack(means, table, entry, [column]),
      expect: except?.replay ?? expect,
    },
  ];
}

/** Attacks on whole rows: delete, forge, replay. */
export function rowAttacks(table: string, entry: TableEntry): readonly Attack[] {
  const { target, remove, add, replay } = entry;
  return [
    {
      name: "a row deleted",
      apply: ({ victim }) => {
        const isTarget = target(victim);
        return withTable(victim.present, table, (rows) => rows.filter((row) => !isTarget(row)));
      },
      expect: remove,
    },
    {
      name: "a row forged",
      apply: (means) => {
        const row = targetRow(means, table, entry);
        const forged = row && add.row(row, means);
        return forged && withTable(means.victim.present, table, (rows) => [...rows, forged]);
      },
      expect: add.expect,
    },
    ...(replay === undefined
      ? []
      : [
          {
            name: "a row put back as it was",
            apply: (means: Means) => putBack(means, table, entry, Object.keys(entry.columns)),
            expect: replay,
          },
        ]),
  ];
}

function editsOf({ edits }: ColumnEntry): readonly Edit[] {
  return edits ?? [{ name: "another value", to: anotherCell }];
}

function forgeries(
  table: string,
  entry: TableEntry,
  column: string,
  { forge, except, expect }: ColumnEntry,
): readonly Attack[] {
  if (forge === undefined) {
    return [];
  }
  return [
    {
      name: "forged with keys of the attacker's own",
      apply: (means) => rewritten(means, table, entry, column, (row) => forge(row, means)),
      expect: except?.forge ?? expect,
    },
  ];
}

function targetRow({ victim }: Means, table: string, entry: TableEntry): Row | undefined {
  return theRow(victim.present, table, entry.target(victim));
}

function rewritten(
  means: Means,
  table: string,
  entry: TableEntry,
  column: string,
  to: (row: Row) => Row[string],
): Snapshot | undefined {
  const row = targetRow(means, table, entry);
  if (row === undefined) {
    return undefined;
  }
  const cell = to(row) ?? null;
  const { victim } = means;
  return sameCell(cell, row[column])
    ? undefined
    : withCells(
        victim.present,
        table,
        (one) => one === row,
        () => ({ [column]: cell }),
      );
}

function swapped(
  { victim }: Means,
  table: string,
  target: TableEntry["target"],
  partner: TableEntry["target"],
  column: string,
): Snapshot | undefined {
  const one = theRow(victim.present, table, target(victim));
  const other = theRow(victim.present, table, partner(victim));
  const [first, second] = [one?.[column], other?.[column]];
  if (first === undefined || second === undefined || sameCell(first, second)) {
    return undefined;
  }
  const isEither: Which = (row) => row === one || row === other;
  return withCells(victim.present, table, isEither, (row) => ({
    [column]: row === one ? second : first,
  }));
}

function fromForeign(
  means: Means,
  table: string,
  entry: TableEntry,
  column: string,
): Snapshot | undefined {
  const { foreign } = means;
  const theirs = theRow(foreign.present, table, entry.target(foreign))?.[column];
  return theirs === undefined ? undefined : rewritten(means, table, entry, column, () => theirs);
}

/** The newest earlier state of the row in which one of these columns was different. */
function putBack(
  means: Means,
  table: string,
  entry: TableEntry,
  columns: readonly string[],
): Snapshot | undefined {
  const { victim } = means;
  const row = targetRow(means, table, entry);
  const isSame: Which = (earlier) =>
    entry.key.every((column) => sameCell(earlier[column], row?.[column]));
  const before = victim.earlier
    .map((snapshot) => theRow(snapshot, table, isSame))
    .findLast(
      (earlier) =>
        earlier !== undefined &&
        columns.some((column) => !sameCell(earlier[column], row?.[column])),
    );
  if (before === undefined) {
    return undefined;
  }
  const cells = Object.fromEntries(columns.map((column) => [column, before[column] ?? null]));
  return withCells(
    victim.present,
    table,
    (one) => one === row,
    () => cells,
  );
}
