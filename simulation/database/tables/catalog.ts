import { SqlError } from "../sql-error.ts";
import { Row, Table } from "./table.ts";
import { type Snapshot, sees, Transaction } from "./transaction.ts";

/** All tables of a database, and the order of its commits. */
export class Catalog {
  readonly #tables = new Map<string, Table>();
  #commits = 0;

  get commits(): number {
    return this.#commits;
  }

  commit(transaction: Transaction): void {
    this.#commits += 1;
    transaction.commit(this.#commits);
  }

  /** Throws 42P01. Who reads `rows` reads by a snapshot of its own. */
  table(name: string, transaction: Transaction): Table {
    const table = this.#tables.get(name);
    if (table === undefined || !isThere(table, transaction)) {
      throw new SqlError("42P01", `relation "${name}" does not exist`);
    }
    return table;
  }

  names(snapshot: Snapshot): readonly string[] {
    return [...this.#tables.values()]
      .filter(({ maker, name }) => sees(snapshot, maker, -1) && !name.startsWith("pg_"))
      .map(({ name }) => name)
      .sort();
  }

  get all(): readonly Table[] {
    return [...this.#tables.values()];
  }

  /** Throws 42P07. */
  create(name: string, maker: Transaction): Table {
    if (this.#tables.has(name)) {
      throw new SqlError("42P07", `relation "${name}" already exists`);
    }
    const table = new Table(name, maker);
    this.#tables.set(name, table);
    maker.onRollback(() => this.#tables.delete(name));
    return table;
  }

  drop(name: string): void {
    this.#tables.delete(name);
  }

  /** Child tables and their references to `parent`. */
  references(parent: Table) {
    return this.all.flatMap((child) =>
      child.foreignKeys.filter((key) => key.parent === parent.name).map((key) => ({ child, key })),
    );
  }

  /**
   * As the database was after that many commits, as if it had been restored from a copy of then:
   * nothing that is under way now is part of it.
   */
  restoredTo(commits: number): Catalog {
    const copy = new Catalog();
    const restorer = new Transaction();
    const snapshot: Snapshot = {
      transaction: new Transaction(),
      command: 0,
      committedUpTo: commits,
    };
    for (const table of this.all.filter(({ maker }) => sees(snapshot, maker, -1))) {
      const restored = copy.create(table.name, restorer);
      table.columns.forEach((column) => restored.addColumn(column));
      restored.checks.push(...table.checks);
      restored.keys.push(...table.keys);
      restored.foreignKeys.push(...table.foreignKeys);
      for (const old of table.rows) {
        const version = old.visibleTo(snapshot);
        if (version !== undefined) {
          const row = new Row();
          row.add(version.values, restorer);
          restored.rows.push(row);
        }
      }
      restored.nextIdentity = nextIdentity(restored);
    }
    copy.commit(restorer);
    return copy;
  }
}

function isThere({ maker }: Table, transaction: Transaction): boolean {
  return maker === transaction || maker.committedAs !== undefined;
}

function nextIdentity(table: Table): bigint {
  const position = table.columns.findIndex(({ isIdentity }) => isIdentity);
  const used = table.rows.map((row) => row.versions[0]?.values[position]);
  return used.reduce<bigint>(
    (next, value) => (typeof value === "bigint" && value >= next ? value + 1n : next),
    1n,
  );
}
