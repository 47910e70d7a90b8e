import type { MastershipId, MastershipStore } from "../../domain/mastership/mastership-store.ts";
import type {
  DatabaseKind,
  FencedStores,
  ReadStores,
  SsoDatabase,
  WriteStores,
} from "../../domain/store/sso-database.ts";
import { appendHistory, passFence } from "./fence.ts";
import { KyselyMastershipStore } from "./mastership-store.ts";
import type { Transactions } from "./sql.ts";
import { storesOver } from "./stores.ts";

/** The SSO database, the same on SQLite and PostgreSQL but for how transactions are run. */
export class KyselyDatabase implements SsoDatabase {
  readonly kind: DatabaseKind;
  readonly mastership: MastershipStore<ReadStores>;
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
    return this.#transactions.change("fenced", async (sql) => {
      await passFence(sql, mastership); // P2
      await appendHistory(sql, mastership, act);
      return run(storesOver(sql));
    });
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
