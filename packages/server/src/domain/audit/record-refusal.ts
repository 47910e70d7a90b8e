import { CodedError } from "../../base/coded-error.ts";
import type { Caller } from "../access/caller.ts";
import type { AuditAction } from "./audit-action.ts";
import type { Auditor } from "./auditor.ts";
import type { Disclosures } from "./disclosures.ts";

export interface RefusalDeps {
  readonly disclosures: Disclosures;
  readonly auditor: Auditor;
}

/**
 * Runs `attempt`; if it is refused, records that in a transaction of its own, because the
 * refusal has rolled its own back (P10). The refusal is what the caller gets, also when it
 * cannot be recorded.
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
      await deps.disclosures.record([entry]).catch(() => {
        // Said above: what refuses the attempt may be what keeps it from being recorded.
      });
    }
    throw error;
  }
}
