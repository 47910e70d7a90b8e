import type { AuditStore } from "../domain/audit/audit-store.ts";
import type { AuditGroup } from "../domain/audit/audit-store.ts";
import type { DisclosureSpool } from "../domain/audit/disclosure-spool.ts";
import { shipSpool } from "../domain/audit/ship-spool.ts";
import type { EventSink } from "../domain/event/event-sink.ts";
import type { Writes } from "../domain/transaction/transactions.ts";
import { isCoded } from "../base/coded-error.ts";
import { pause, type Scheduler } from "../platform/scheduler.ts";

export interface SpoolShipperDeps {
  readonly spool: DisclosureSpool;
  readonly scheduler: Scheduler;
  readonly events: EventSink;
}

/** How often it is tried while there is something to ship. */
const RETRY_MS = 1000;

/**
 * Ships the spool whenever there is something in it and a database to take it, and says so: when
 * disclosures begin to go to the disk, when they are in the audit, and when they cannot be kept.
 */
export class SpoolShipper implements DisclosureSpool {
  readonly #deps: SpoolShipperDeps;
  readonly #stopping = new AbortController();
  #database: Writes<{ readonly audit: AuditStore }> | undefined;
  #shipping: Promise<void> | undefined;
  #isRefusing = false;

  constructor(deps: SpoolShipperDeps) {
    this.#deps = deps;
  }

  get bytes(): number {
    return this.#deps.spool.bytes;
  }

  /** From now on there is a database; also ships what an earlier run of the node has left. */
  shipTo(database: Writes<{ readonly audit: AuditStore }>): void {
    this.#database = database;
    this.#begin();
  }

  async append(group: AuditGroup): Promise<void> {
    const wasEmpty = this.bytes === 0;
    try {
      await this.#deps.spool.append(group);
    } catch (error) {
      this.#sayRefused(error);
      throw error;
    }
    this.#isRefusing = false;
    if (wasEmpty) {
      this.#deps.events.raise("audit.spooled");
    }
    this.#begin();
  }

  oldest(entriesMax: number): Promise<readonly AuditGroup[]> {
    return this.#deps.spool.oldest(entriesMax);
  }

  drop(count: number): Promise<void> {
    return this.#deps.spool.drop(count);
  }

  /** Ends what is under way; the rest is shipped by the next run of the node. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#shipping;
  }

  /** Once, until it works again: every disclosure would say the same. */
  #sayRefused(error: unknown): void {
    if (!this.#isRefusing) {
      this.#isRefusing = true;
      const code = isCoded(error) ? error.code : "internal";
      this.#deps.events.raise("audit.unavailable", { code, spoolBytes: this.bytes });
    }
  }

  #begin(): void {
    if (this.#database !== undefined && this.bytes > 0 && !this.#stopping.signal.aborted) {
      this.#shipping ??= this.#ship(this.#database).finally(() => {
        this.#shipping = undefined;
        this.#begin(); // for what came in just as it ended
      });
    }
  }

  async #ship(database: Writes<{ readonly audit: AuditStore }>): Promise<void> {
    while (this.bytes > 0 && !this.#stopping.signal.aborted) {
      try {
        const entries = await shipSpool(database, this.#deps.spool);
        this.#deps.events.raise("audit.shipped", { entries });
      } catch (error) {
        if (!isCoded(error, "database-unavailable", "database-locked", "outcome-unknown")) {
          // Said, and tried again: what is in the spool must not be lost to a surprise.
          const code = isCoded(error) ? error.code : "internal";
          this.#deps.events.raise("audit.not-shipped", { code });
        }
        await pause(this.#deps.scheduler, RETRY_MS, this.#stopping.signal);
      }
    }
  }
}
