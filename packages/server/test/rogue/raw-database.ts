import { invariant } from "../../src/base/invariant.ts";
import type { SsoDatabaseLocation } from "../../src/domain/store/sso-database.ts";

/** What a cell can hold, on both databases. */
export type Cell = string | bigint | Uint8Array | null;
export type Row = Readonly<Record<string, Cell>>;
/** Every row of every table, as somebody with SQL access reads and writes them. */
export type Snapshot = ReadonlyMap<string, readonly Row[]>;

/** A connection of somebody who may do everything in the database and asks no node. */
export interface RawSql {
  /** The tables with their columns, from the live schema. */
  schema(): Promise<ReadonlyMap<string, readonly string[]>>;
  query(sql: string): Promise<readonly Row[]>;
  /** Runs the statements in one transaction, with foreign keys and checks out of force. */
  rewrite(statements: readonly string[]): Promise<void>;
  blobLiteral(hex: string): string;
  /** Said between the columns and the values of an insert. */
  readonly insertHint: string;
}

/** One database under attack. */
export interface RoguePlace {
  readonly location: SsoDatabaseLocation;
  readonly raw: RawSql;
  /** Takes checks and unique indexes out of the way, as their owner may. */
  disarm(): Promise<void>;
  discard(): Promise<void>;
}

export async function takeSnapshot(raw: RawSql): Promise<Snapshot> {
  const snapshot = new Map<string, readonly Row[]>();
  for (const table of (await raw.schema()).keys()) {
    snapshot.set(table, await raw.query(`select * from ${table}`));
  }
  return snapshot;
}

/** Makes the database hold exactly these rows. */
export function putSnapshot(raw: RawSql, snapshot: Snapshot): Promise<void> {
  const clearing = [...snapshot.keys()].map((table) => `delete from ${table}`);
  const filling = [...snapshot].flatMap(([table, rows]) =>
    rows.map((row) => insertion(raw, table, row)),
  );
  return raw.rewrite([...clearing, ...filling]);
}

function insertion(raw: RawSql, table: string, row: Row): string {
  const columns = Object.keys(row).join(", ");
  const values = Object.values(row).map((cell) => literal(raw, cell));
  return `insert into ${table} (${columns}) ${raw.insertHint} values (${values.join(", ")})`;
}

function literal(raw: RawSql, cell: Cell): string {
  if (cell === null) {
    return "null";
  }
  if (typeof cell === "bigint") {
    return cell.toString();
  }
  return typeof cell === "string"
    ? `'${cell.replaceAll("'", "''")}'`
    : raw.blobLiteral(Buffer.from(cell).toString("hex"));
}

/** The rows of a table that the attack is about. */
export type Which = (row: Row) => boolean;

/** The snapshot with one table's rows replaced. */
export function withTable(
  snapshot: Snapshot,
  table: string,
  change: (rows: readonly Row[]) => readonly Row[],
): Snapshot {
  return new Map(snapshot).set(table, change(snapshot.get(table) ?? []));
}

/** The snapshot with `cells` written into the rows that match. */
export function withCells(
  snapshot: Snapshot,
  table: string,
  which: Which,
  cells: (row: Row) => Row,
): Snapshot {
  return withTable(snapshot, table, (rows) =>
    rows.map((row) => (which(row) ? { ...row, ...cells(row) } : row)),
  );
}

/** The one row that matches. */
export function theRow(snapshot: Snapshot, table: string, which: Which): Row | undefined {
  return snapshot.get(table)?.find(which);
}

export function sameCell(a: Cell | undefined, b: Cell | undefined): boolean {
  return a instanceof Uint8Array && b instanceof Uint8Array ? Buffer.compare(a, b) === 0 : a === b;
}

/** Another cell of the same type and length, where that can be. */
export function anotherCell(cell: Cell | undefined): Cell {
  if (typeof cell === "bigint") {
    return cell + 1n;
  }
  if (typeof cell === "string") {
    return `${cell}x`;
  }
  return cell instanceof Uint8Array ? flipLastBit(cell) : 1n;
}

export function flipLastBit(cell: Cell): Cell {
  invariant(cell instanceof Uint8Array, "bits are flipped in bytes");
  const flipped = new Uint8Array(cell);
  const last = flipped.length - 1;
  flipped[last] = (flipped[last] ?? 0) ^ 1;
  return flipped;
}
