import type { Writes } from "../transaction/transactions.ts";
import type { AuditStore } from "./audit-store.ts";
import type { DisclosureSpool } from "./disclosure-spool.ts";

/** How many entries one transaction takes. */
const BATCH_MAX = 500;

/**
 * Moves what the spool holds into the audit, in its order; returns how many entries. A group is
 * dropped after it is committed, so that a crash in between ships it again, and the audit, which
 * knows it by its id, does not take it twice. Throws as the database does; the rest stays.
 */
export async function shipSpool(
  database: Writes<{ readonly audit: AuditStore }>,
  spool: DisclosureSpool,
): Promise<number> {
  let shipped = 0;
  for (;;) {
    const groups = await spool.oldest(BATCH_MAX);
    if (groups.length === 0) {
      return shipped;
    }
    await database.write(async ({ audit }) => {
      for (const group of groups) {
        await audit.recordGroup(group);
      }
    });
    await spool.drop(groups.length);
    shipped += groups.reduce((sum, { entries }) => sum + entries.length, 0);
  }
}
