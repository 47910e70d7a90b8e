import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import { SqliteAdapter, SqliteQueryCompiler, sql as raw } from "kysely";
import type { QueryResult } from "kysely";
import { Defect, invariant } from "../../base/invariant.ts";
import { kyselyOver } from "../kysely/session-dialect.ts";
import type { Execute, Query, Sql } from "../kysely/sql.ts";
import { sqliteFault } from "./sqlite-fault.ts";

/** Statements kept prepared; those of this program are far fewer. */
const STATEMENTS_KEPT_MAX = 256;

const FLAVOUR = {
  createAdapter: () => new SqliteAdapter(),
  createQueryCompiler: () => new SqliteQueryCompiler(),
};

interface Prepared {
  readonly statement: StatementSync;
  readonly givesRows: boolean;
}

/**
 * One connection to the file. Everything in it is synchronous; kysely's promises resolve without
 * a turn of the event loop, so a transaction that awaits only statements is one piece of work.
 */
export class SqliteSession {
  readonly sql: Sql;
  readonly #database: DatabaseSync;
  readonly #prepared = new Map<string, Prepared>();
  #hasFailed = false;

  private constructor(database: DatabaseSync) {
    this.#database = database;
    const execute: Execute = (query) => this.#execute(query);
    this.sql = {
      kind: "sqlite",
      db: kyselyOver(FLAVOUR, execute),
      execute,
      executeFirst: execute,
      compiled: new Map(),
      // A float of seconds: rounded, because 1.001 * 1000 may be 1000.9999999.
      nowMs: raw<bigint>`cast(round(unixepoch('subsec') * 1000) as integer)`,
      textsOf: (jsonArray) => raw<string>`(select value from json_each(${jsonArray}))`,
    };
  }

  /** Opens the file, which must exist. Throws as `sqliteFault`. */
  static open(path: string): SqliteSession {
    try {
      const database = new DatabaseSync(path, {
        timeout: 0, // Nothing waits inside SQLite: it would stop this process's event loop.
        enableForeignKeyConstraints: true,
        enableDoubleQuotedStringLiterals: false,
        allowExtension: false,
        readBigInts: true,
      });
      // An acknowledged commit survives a loss of power (D1); on macOS only with fullfsync.
      database.exec("pragma synchronous = full; pragma fullfsync = on");
      // Whoever wrote the file may have put functions into views or triggers.
      database.exec("pragma trusted_schema = off");
      return new SqliteSession(database);
    } catch (error) {
      throw sqliteFault(error);
    }
  }

  /** Puts the file into WAL mode, in which readers and the writer do not wait for each other. */
  useWriteAheadLog(): void {
    this.execute("pragma journal_mode = wal");
  }

  /** Runs statements that give no rows. Throws SQLite's own error, for the caller to judge. */
  execute(text: string): void {
    this.#database.exec(text);
  }

  /** The value of a pragma, as text. */
  pragma(name: "journal_mode" | "synchronous"): string {
    const row = this.#database.prepare(`pragma ${name}`).get();
    return String(row?.[name]);
  }

  /** Begins a transaction. Throws SQLite's own error, for the caller to judge. */
  begin(kind: "deferred" | "immediate"): void {
    this.#database.exec(`begin ${kind}`);
    this.#hasFailed = false;
  }

  /** Commits, unless a statement failed: SQLite would keep what the others did. */
  commit(): void {
    invariant(!this.#hasFailed, "a transaction was to be kept in which a statement had failed");
    this.#database.exec("commit");
  }

  /** Some faults (a full disk, a lost file) have ended the transaction already. */
  rollBack(): void {
    if (this.#database.isTransaction) {
      this.#database.exec("rollback");
    }
  }

  close(): void {
    this.#prepared.clear();
    if (this.#database.isOpen) {
      this.#database.close();
    }
  }

  async #execute(query: Query): Promise<QueryResult<unknown>> {
    try {
      const { statement, givesRows } = this.#prepare(query.sql);
      const parameters = query.parameters.map(inputValue);
      if (givesRows) {
        return { rows: statement.all(...parameters) };
      }
      const { changes } = statement.run(...parameters);
      return { rows: [], numAffectedRows: BigInt(changes) };
    } catch (error) {
      this.#hasFailed = true;
      throw sqliteFault(error);
    }
  }

  #prepare(text: string): Prepared {
    const known = this.#prepared.get(text);
    if (known !== undefined) {
      return known;
    }
    const statement = this.#database.prepare(text);
    const prepared = { statement, givesRows: statement.columns().length > 0 };
    if (this.#prepared.size >= STATEMENTS_KEPT_MAX) {
      const [oldest = text] = this.#prepared.keys();
      this.#prepared.delete(oldest);
    }
    this.#prepared.set(text, prepared);
    return prepared;
  }
}

function inputValue(parameter: unknown): SQLInputValue {
  if (
    parameter === null ||
    typeof parameter === "string" ||
    typeof parameter === "number" ||
    typeof parameter === "bigint" ||
    parameter instanceof Uint8Array
  ) {
    return parameter;
  }
  throw new Defect(`SQLite takes no parameter of type ${typeof parameter}`);
}
