import { isCoded } from "../../base/coded-error.ts";
import type { MastershipId, MastershipStore } from "../../domain/mastership/mastership-store.ts";
import type {
  DatabaseKind,
  FencedStores,
  ReadStores,
  SsoDatabase,
  WriteStores,
} from "../../domain/store/sso-database.ts";
import { type HistoryEntry, isInHistory, passFence } from "./fence.ts";
import { KyselyMastershipStore } from "./mastership-store.ts";
import type { Transactions } from "./sql.ts";
import { settleOutcome } from "./settle-outcome.ts";
import { storesOver } from "./stores.ts";

/** The SSO database, the same on SQLite and PostgreSQL but for how transactions are run. */
export class KyselyDatabase implements SsoDatabase {
  readonly kind: DatabaseKind;
  readonly mastership: MastershipStore<ReadStores, FencedStores>;
  readonly #transactions: Transactions;

  constructor(transactions: Transactions) {
    this.kind = transactions.kind;
    this.mastership = new KyselyMastershipStore(transactions);
    this.#transactions = transactions;
  }

  read<T>(run: (stores: ReadStores) => Promise<T>): Promise<T> {
    return this.#transactions.snapshot((sql) => run(storesOver(sql)));
  }

  write<T>(run: (stores: WriteStores) => Promise<T>): Promise<T> {
    return this.#transactions.change("ordinary", (sql) => run(storesOver(sql)));
  }

  fenced<T>(
    mastership: MastershipId,
    act: string,
    run: (stores: FencedStores) => Promise<T>,
  ): Promise<T> {
    return this.#settled(async (ended) =>
      this.#transactions.change("fenced", async (sql) => {
        const entry = await passFence(sql, mastership, act); // P2
        return ended(entry, await run(storesOver(sql)));
      }),
    );
  }

  /** `write` gives what it made to `ended`, whose answer is given also if only the commit's is lost. */
  async #settled<T>(
    write: (ended: (entry: HistoryEntry, answer: T) => T) => Promise<T>,
  ): Promise<T> {
    let made: { readonly entry: HistoryEntry; readonly answer: T } | undefined;
    try {
      return await write((entry, answer) => {
        made = { entry, answer };
        return answer;
      });
    } catch (error) {
      if (made === undefined || !isCoded(error, "outcome-unknown")) {
        throw error;
      }
      const { entry, answer } = made;
      await settleOutcome(this.#transactions.scheduler, error, () =>
        this.#transactions.change("fenced", (sql) => isInHistory(sql, entry)),
      );
      return answer;
    }
  }

  durability(): Promise<{ readonly keepsCommits: boolean; readonly reason?: string }> {
    return this.#transactions.durability();
  }

  ping(): Promise<void> {
    return this.#transactions.ping();
  }

  close(): Promise<void> {
    return this.#transactions.close();
  }
}
