import type {
  ColumnDefinition,
  Expression,
  ForeignKey,
  SqlValue,
  UniqueKey,
} from "../sql/syntax.ts";
import { RowLock } from "./locks.ts";
import { type Snapshot, sees, type Transaction } from "./transaction.ts";

/** What a row was from one write to the next. */
export interface Version {
  readonly values: readonly SqlValue[];
  readonly writer: Transaction;
  readonly command: number;
  /** Who replaced or deleted it. */
  ender: Transaction | undefined;
  endCommand: number;
}

/** One row through all its versions, the newest last. */
export class Row {
  readonly lock = new RowLock();
  readonly versions: Version[] = [];

  visibleTo(snapshot: Snapshot): Version | undefined {
    const version = this.versions.findLast(({ writer, command }) =>
      sees(snapshot, writer, command),
    );
    return version === undefined || isEndedFor(version, snapshot) ? undefined : version;
  }

  /** As it is now, to a transaction that holds its lock; undefined: deleted. */
  current(transaction: Transaction): Version | undefined {
    const version = this.versions.findLast(
      ({ writer }) => writer === transaction || writer.committedAs !== undefined,
    );
    const ender = version?.ender;
    const isEnded =
      ender !== undefined && (ender === transaction || ender.committedAs !== undefined);
    return isEnded ? undefined : version;
  }

  add(values: readonly SqlValue[], writer: Transaction): Version {
    const version: Version = {
      values,
      writer,
      command: writer.command,
      ender: undefined,
      endCommand: 0,
    };
    this.versions.push(version);
    writer.onRollback(() => {
      this.versions.splice(this.versions.indexOf(version), 1);
    });
    return version;
  }

  end(version: Version, ender: Transaction): void {
    version.ender = ender;
    version.endCommand = ender.command;
    ender.onRollback(() => {
      version.ender = undefined;
    });
  }
}

function isEndedFor({ ender, endCommand }: Version, snapshot: Snapshot): boolean {
  return ender !== undefined && sees(snapshot, ender, endCommand);
}

/** A table, as it is defined now. */
export class Table {
  readonly name: string;
  /** In whose transaction it was made. */
  readonly maker: Transaction;
  readonly columns: ColumnDefinition[] = [];
  readonly checks: Expression[] = [];
  readonly keys: UniqueKey[] = [];
  readonly foreignKeys: ForeignKey[] = [];
  readonly rows: Row[] = [];
  nextIdentity = 1n;
  readonly #positions = new Map<string, number>();

  constructor(name: string, maker: Transaction) {
    this.name = name;
    this.maker = maker;
  }

  addColumn(column: ColumnDefinition): void {
    this.#positions.set(column.name, this.columns.length);
    this.columns.push(column);
  }

  renameColumn(from: string, to: string): void {
    const position = this.#positions.get(from);
    const column = position === undefined ? undefined : this.columns[position];
    if (position !== undefined && column !== undefined) {
      this.columns[position] = { ...column, name: to };
      this.#positions.delete(from);
      this.#positions.set(to, position);
    }
  }

  position(column: string): number | undefined {
    return this.#positions.get(column);
  }

  get primaryKey(): readonly string[] {
    return this.keys.find(({ isPrimary }) => isPrimary)?.columns ?? [];
  }

  /** Columns that others may refer to: changing one takes the strongest lock. */
  isKeyColumn(column: string): boolean {
    return this.keys.some(({ columns, where }) => where === undefined && columns.includes(column));
  }
}
