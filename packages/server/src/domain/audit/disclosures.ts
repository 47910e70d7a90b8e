import { toHex, type RandomSource } from "@chatelaine/crypto";
import { isCoded } from "../../base/coded-error.ts";
import { isDatabaseAway } from "../transaction/database-away.ts";
import type { Writes } from "../transaction/transactions.ts";
import type { AuditEntry, AuditGroup, AuditStore } from "./audit-store.ts";
import type { DisclosureSpool } from "./disclosure-spool.ts";

/** Makes disclosures durable before they are answered (P10). */
export interface Disclosures {
  /**
   * Resolves when the entries are durable; if it throws nothing may be disclosed. Throws
   * `audit-unavailable` if the database is away and they cannot be kept until it is back.
   */
  record(entries: readonly AuditEntry[]): Promise<void>;
}

export interface DisclosuresDeps {
  readonly database: Writes<{ readonly audit: AuditStore }>;
  readonly random: RandomSource;
  /**
   * Awaited before each transaction, to let others join it. SQLite commits without a turn of the
   * event loop: nothing would ever come while it does.
   */
  readonly gather?: () => Promise<void>;
  /** Takes what the database cannot; without one, nothing is disclosed while it is away. */
  readonly spool?: DisclosureSpool;
}

/** How many entries one transaction takes. */
const BATCH_MAX = 500;
const GROUP_ID_BYTES = 16;

interface Waiting {
  readonly entries: readonly AuditEntry[];
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

/**
 * Writes disclosures to the audit, one transaction at a time: those that come while one commits
 * share the next. One at a time a caller pays a commit for each; many at once pay it together.
 * While the database is away they go to the spool in the same way, one sync of the disk for all
 * that came meanwhile. So does a group whose commit may or may not have been made: its id keeps
 * the audit from taking it twice.
 */
export class GroupedDisclosures implements Disclosures {
  readonly #deps: DisclosuresDeps;
  #waiting: Waiting[] = [];
  #isWriting = false;

  constructor(deps: DisclosuresDeps) {
    this.#deps = deps;
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
      if (this.#deps.gather !== undefined) {
        await this.#deps.gather();
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
    const groupId = toHex(this.#deps.random.bytes(GROUP_ID_BYTES));
    const entries = batch.flatMap((waiting) => waiting.entries);
    try {
      await this.#keep({ groupId, entries });
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

  async #keep(group: AuditGroup): Promise<void> {
    const { database, spool } = this.#deps;
    try {
      await database.write(({ audit }) => audit.recordGroup(group));
    } catch (error) {
      const mayBeKept = isDatabaseAway(error) || isCoded(error, "outcome-unknown");
      if (spool === undefined || !mayBeKept) {
        throw error;
      }
      await spool.append(group);
    }
  }
}
