import { CodedError } from "../../base/coded-error.ts";
import type { ApplicationFinder } from "../application/application-store.ts";
import type { ConfigItemReader } from "../config-item/config-item-store.ts";
import type { ApiTokenReader } from "../token/api-token-store.ts";
import type { LookupStores } from "./recording-stores.ts";
import type { KeptRow, RowCache } from "./row-cache.ts";

/**
 * The rows that are kept, as stores. What is not kept may be in the database all the same, so it is
 * never `undefined` but `problem`, the reason why the database cannot be asked.
 */
export class KeptStores implements LookupStores {
  readonly applications: ApplicationFinder;
  readonly configItems: ConfigItemReader;
  readonly tokens: ApiTokenReader;
  readonly #problem: CodedError;
  #oldestMs = 0;

  constructor(rows: RowCache, problem: CodedError) {
    this.#problem = problem;
    this.applications = {
      find: async (id) => this.#row(rows.application(id)),
      findByName: async (name) => this.#row(rows.applicationByName(name)),
    };
    this.configItems = {
      find: async (applicationId, identifier) => this.#row(rows.item(applicationId, identifier)),
      findMany: async (applicationId, identifiers) =>
        identifiers.map((identifier) => this.#row(rows.item(applicationId, identifier))),
      list: async () => this.#refuse(),
      history: async () => this.#refuse(),
    };
    this.tokens = {
      find: async (id) => this.#row(rows.token(id)),
      list: async () => this.#refuse(),
    };
  }

  /** For how long the oldest row that was taken had been kept, in ms. */
  get oldestMs(): number {
    return this.#oldestMs;
  }

  #row<Row>(kept: KeptRow<Row> | undefined): Row {
    if (kept === undefined) {
      return this.#refuse();
    }
    this.#oldestMs = Math.max(this.#oldestMs, kept.ageMs);
    return kept.row;
  }

  #refuse(): never {
    const reason = this.#problem.message.replace(/\.$/, "");
    throw new CodedError(this.#problem.code, {
      detail: `${reason}; what was asked for is not among what this node has looked up before`,
      cause: this.#problem,
    });
  }
}
