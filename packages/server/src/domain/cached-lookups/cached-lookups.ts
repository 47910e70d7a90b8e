import type { CodedError } from "../../base/coded-error.ts";
import type { Clock } from "../../platform/clock.ts";
import type { ApplicationId } from "../application-id/application-id.ts";
import type { ItemCache } from "../config-item/item-cache.ts";
import type { SealedConfigItem } from "../config-item/config-item-store.ts";
import type { CacheLimits } from "../lookup-cache/bounded-cache.ts";
import type { LookedUp, Lookups } from "../lookup-cache/lookups.ts";
import { isDatabaseAway } from "../transaction/database-away.ts";
import type { Reads } from "../transaction/transactions.ts";
import { KeptStores } from "./kept-stores.ts";
import {
  nothingRead,
  recordingStores,
  type LookupStores,
  type RowsRead,
} from "./recording-stores.ts";
import { RowCache } from "./row-cache.ts";

export interface CachedLookupsDeps {
  readonly database: Reads<LookupStores>;
  readonly clock: Clock;
  readonly limits: CacheLimits;
}

/**
 * Lookups on the database which go on, while that is away, from the rows of earlier ones. A row
 * is kept only from a read that succeeded with it, never from a negative answer; what the database
 * says is gone, or this node removes, is dropped.
 */
export class CachedLookups implements Lookups<LookupStores>, ItemCache {
  readonly #database: Reads<LookupStores>;
  readonly #rows: RowCache;
  #answered = 0;

  constructor({ database, clock, limits }: CachedLookupsDeps) {
    this.#database = database;
    this.#rows = new RowCache(limits, clock);
  }

  /** For the metrics: how much is kept, and how many reads were answered from it. */
  get figures(): { readonly entries: number; readonly bytes: number; readonly answered: number } {
    return { entries: this.#rows.entries, bytes: this.#rows.bytes, answered: this.#answered };
  }

  async read<T>(run: (stores: LookupStores) => Promise<T>): Promise<LookedUp<T>> {
    const read = nothingRead();
    let value: T;
    try {
      value = await this.#database.read((stores) => run(recordingStores(stores, read)));
    } catch (error) {
      if (isDatabaseAway(error)) {
        return await this.#fromKept(run, error);
      }
      throw error;
    }
    this.#drop(read);
    return {
      value,
      ageMs: undefined,
      keep: (what) => {
        this.#keep(read, what);
      },
    };
  }

  written(row: SealedConfigItem, mayKeep: boolean): void {
    if (mayKeep) {
      this.#rows.putItem(row);
    } else {
      this.removed(row.applicationId, row.identifier);
    }
  }

  removed(applicationId: ApplicationId, identifier: string): void {
    this.#rows.dropItem(applicationId, identifier);
  }

  /** After a change of the application by this node. */
  applicationChanged(applicationId: string): void {
    this.#rows.dropApplication(applicationId as ApplicationId);
  }

  tokenRevoked(tokenId: string): void {
    this.#rows.dropToken(tokenId);
  }

  /** Forgets everything; how many rows that were. */
  purge(): number {
    return this.#rows.purge();
  }

  async #fromKept<T>(
    run: (stores: LookupStores) => Promise<T>,
    problem: CodedError,
  ): Promise<LookedUp<T>> {
    const kept = new KeptStores(this.#rows, problem);
    const value = await run(kept);
    this.#answered += 1;
    return { value, ageMs: kept.oldestMs, keep: () => undefined };
  }

  #keep({ applications, items, tokens }: RowsRead, what: "everything" | "no-values"): void {
    for (const row of applications) {
      this.#rows.putApplication(row);
    }
    for (const row of items) {
      this.written(row, what === "everything");
    }
    for (const row of tokens) {
      this.#rows.putToken(row);
    }
  }

  #drop({ absent }: RowsRead): void {
    for (const id of absent.applications) {
      this.#rows.dropApplication(id);
    }
    for (const name of absent.names) {
      this.#rows.dropName(name);
    }
    for (const { applicationId, identifier } of absent.items) {
      this.removed(applicationId, identifier);
    }
    for (const id of absent.tokens) {
      this.tokenRevoked(id);
    }
  }
}
