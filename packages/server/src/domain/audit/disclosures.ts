import type { Writes } from "../transaction/transactions.ts";
import type { AuditEntry, AuditStore } from "./audit-store.ts";

/** Makes disclosures durable before they are answered (P10). */
export interface Disclosures {
  /** Resolves when the entries are durable; if it throws nothing may be disclosed. */
  record(entries: readonly AuditEntry[]): Promise<void>;
}

/** How many entries one transaction takes. */
const BATCH_MAX = 500;

interface Waiting {
  readonly entries: readonly AuditEntry[];
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

/**
 * Writes disclosures to the audit, one transaction at a time: those that come while one commits
 * share the next. One at a time a caller pays a commit for each; many at once pay it together.
 */
export class GroupedDisclosures implements Disclosures {
  readonly #database: Writes<{ readonly audit: AuditStore }>;
  readonly #gather: (() => Promise<void>) | undefined;
  #waiting: Waiting[] = [];
  #isWriting = false;

  /**
   * `gather` is awaited before each transaction, to let others join it. SQLite commits without a
   * turn of the event loop: nothing would ever come while it does.
   */
  constructor(database: Writes<{ readonly audit: AuditStore }>, gather?: () => Promise<void>) {
    this.#database = database;
    this.#gather = gather;
  }

  record(entries: readonly AuditEntry[]): Promise<void> {
    if (entries.length === 0) {
      return Promise.resolve();
    }
    return new Promise((done, failed) => {
      this.#waiting.push({ entries, done, failed });
      if (!this.#isWriting) {
        void this.#writeAll();
      }
    });
  }

  async #writeAll(): Promise<void> {
    this.#isWriting = true;
    while (this.#waiting.length > 0) {
      if (this.#gather !== undefined) {
        await this.#gather();
      }
      await this.#write(this.#take());
    }
    this.#isWriting = false;
  }

  #take(): readonly Waiting[] {
    let entries = 0;
    const count = this.#waiting.findIndex((waiting) => {
      entries += waiting.entries.length;
      return entries > BATCH_MAX;
    });
    return this.#waiting.splice(0, count < 0 ? this.#waiting.length : Math.max(1, count));
  }

  async #write(batch: readonly Waiting[]): Promise<void> {
    const entries = batch.flatMap((waiting) => waiting.entries);
    try {
      await this.#database.write(({ audit }) => audit.record(...entries));
    } catch (error) {
      for (const { failed } of batch) {
        failed(error);
      }
      return;
    }
    for (const { done } of batch) {
      done();
    }
  }
}
