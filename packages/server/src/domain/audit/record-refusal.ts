import { CodedError } from "../../base/coded-error.ts";
import type { Caller } from "../access/caller.ts";
import type { Writes } from "../transaction/transactions.ts";
import type { AuditAction } from "./audit-action.ts";
import type { AuditStore } from "./audit-store.ts";
import type { Auditor } from "./auditor.ts";

export interface RefusalDeps {
  readonly database: Writes<{ readonly audit: AuditStore }>;
  readonly auditor: Auditor;
}

/**
 * Runs `attempt`; if it is refused, records that in a transaction of its own, because the
 * refusal has rolled its own back (P10). The refusal is what the caller gets, also when the
 * database that should keep the record is the reason for it.
 */
export async function recordingRefusals<T>(
  deps: RefusalDeps,
  caller: Caller,
  action: AuditAction,
  attempt: () => Promise<T>,
): Promise<T> {
  try {
    return await attempt();
  } catch (error) {
    if (error instanceof CodedError) {
      const entry = deps.auditor.entry(caller, action, { code: error.code }, "refused");
      await deps.database
        .write(({ audit }) => audit.record(entry))
        .catch(() => {
          // Said above: a database that is away refuses the attempt and cannot record it.
        });
    }
    throw error;
  }
}
