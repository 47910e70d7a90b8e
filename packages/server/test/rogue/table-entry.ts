import type { Expectation } from "./expectation.ts";
import type { Forger } from "./forger.ts";
import type { Cell, Row, Which } from "./raw-database.ts";
import type { RogueSystem } from "./rogue-system.ts";

/** What an attacker has at hand. */
export interface Means {
  readonly victim: RogueSystem;
  readonly forger: Forger;
  /** Another system, whose rows are authentic in it. */
  readonly foreign: RogueSystem;
}

export type ColumnAttack = "edit" | "swap" | "forge" | "foreign" | "replay";

/** One more value that an attacker would try. */
export interface Edit {
  readonly name: string;
  readonly to: (cell: Cell, means: Means) => Cell;
  /** Undefined: as the column's. */
  readonly expect?: Expectation;
}

/** What becomes of every attack on one column. */
export interface ColumnEntry {
  readonly expect: Expectation;
  /** Where an attack of that kind ends otherwise. */
  readonly except?: Partial<Record<ColumnAttack, Expectation>>;
  /** Values tried instead of a value that is merely another one. */
  readonly edits?: readonly Edit[];
  /** The attacker's best forgery, made with keys of his own. */
  readonly forge?: (row: Row, means: Means) => Cell;
}

/** A row with which the target exchanges a cell. */
export interface Partner {
  readonly name: string;
  readonly which: (system: RogueSystem) => Which;
  /** Where a swap ends for columns that are not harmless; undefined: as for an edit. */
  readonly expect?: Expectation;
}

/** What becomes of every attack on one table. A column without an entry fails the suite. */
export interface TableEntry {
  readonly key: readonly string[];
  readonly target: (system: RogueSystem) => Which;
  /** Rows to exchange cells with; none for a table that has but one row. */
  readonly partners: readonly Partner[];
  readonly columns: Readonly<Record<string, ColumnEntry>>;
  readonly remove: Expectation;
  /** A row that no node has written, added to the others. */
  readonly add: { readonly row: (row: Row, means: Means) => Row; readonly expect: Expectation };
  /** The whole row as it was, for rows that have a past. */
  readonly replay?: Expectation;
}
