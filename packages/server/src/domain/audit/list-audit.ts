import type { AuditPageView } from "@chatelaine/protocol";
import type { Reads } from "../transaction/transactions.ts";
import { AUDIT_ACTIONS } from "./audit-action.ts";
import type { AuditReader, AuditRow } from "./audit-store.ts";

export interface AuditQuery {
  /** Decimal sequence; undefined: from the first. */
  readonly after: string | undefined;
  readonly limit: number;
  readonly action: string | undefined;
  /** Id of an application. */
  readonly applicationId: string | undefined;
}

/** A page of the audit, in the order of writing. */
export async function listAudit(
  database: Reads<{ readonly audit: AuditReader }>,
  query: AuditQuery,
): Promise<AuditPageView> {
  const action = AUDIT_ACTIONS.find((known) => known === query.action);
  if (query.action !== undefined && action === undefined) {
    return { items: [] };
  }
  const rows = await database.read(({ audit }) =>
    audit.list({
      after: parseSequence(query.after),
      limit: query.limit + 1,
      ...(action !== undefined && { action }),
      ...(query.applicationId !== undefined && { applicationId: query.applicationId }),
    }),
  );
  const items = rows.slice(0, query.limit).map(renderRow);
  const last = rows.length > query.limit ? items.at(-1)?.sequence : undefined;
  return { items, ...(last !== undefined && { next: last }) };
}

const SEQUENCE = /^\d{1,18}$/;

function parseSequence(after: string | undefined): bigint {
  return after !== undefined && SEQUENCE.test(after) ? BigInt(after) : 0n;
}

function renderRow({ sequence, ...row }: AuditRow): AuditPageView["items"][number] {
  return { sequence: String(sequence), ...row };
}
