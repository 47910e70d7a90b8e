import type {
  CompiledQuery,
  DatabaseConnection,
  Dialect,
  DialectAdapter,
  Driver,
  QueryCompiler,
  QueryResult,
} from "kysely";
import { DummyDriver, Kysely } from "kysely";
import { Defect } from "../../base/invariant.ts";
import type { Execute } from "./sql.ts";
import type { Tables } from "./tables.ts";

/** What kysely has to know of a database's SQL. */
export interface SqlFlavour {
  createAdapter(): DialectAdapter;
  createQueryCompiler(): QueryCompiler;
}

/**
 * kysely over one session. It builds statements and nothing more: transactions, retries and
 * connections belong to the database's own folder, where their faults can be told apart.
 */
export function kyselyOver(flavour: SqlFlavour, execute: Execute): Kysely<Tables> {
  const connection: DatabaseConnection = {
    executeQuery: <R>(query: CompiledQuery) => execute(query) as Promise<QueryResult<R>>,
    streamQuery: () => unused("streaming"),
  };
  const dialect: Dialect = {
    createAdapter: () => flavour.createAdapter(),
    createQueryCompiler: () => flavour.createQueryCompiler(),
    createDriver: () => new SessionDriver(connection),
    createIntrospector: () => unused("introspection"),
  };
  return new Kysely<Tables>({ dialect });
}

/** Gives out the one connection it was made for; begins and ends nothing. */
class SessionDriver extends DummyDriver implements Driver {
  readonly #connection: DatabaseConnection;

  constructor(connection: DatabaseConnection) {
    super();
    this.#connection = connection;
  }

  override acquireConnection(): Promise<DatabaseConnection> {
    return Promise.resolve(this.#connection);
  }
}

function unused(what: string): never {
  throw new Defect(`storage does not use kysely's ${what}`);
}
