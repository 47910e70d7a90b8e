import type { Selectable } from "kysely";
import type { NodeId } from "@chatelaine/crypto";
import type { AuditAction } from "../../domain/audit/audit-action.ts";
import type {
  AuditEntry,
  AuditOutcome,
  AuditRow,
  AuditStore,
} from "../../domain/audit/audit-store.ts";
import { instantColumn, oneOf, unreadableColumn, wallTime } from "./row-values.ts";
import type { Sql } from "./sql.ts";
import type { Tables } from "./tables.ts";

const OUTCOMES: readonly AuditOutcome[] = ["done", "refused"];

export class KyselyAuditStore implements AuditStore {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  async list(after: bigint, limit: number): Promise<readonly AuditRow[]> {
    const rows = await this.#sql.db
      .selectFrom("audit")
      .selectAll()
      .where("sequence", ">", after)
      .orderBy("sequence")
      .limit(limit)
      .execute();
    return rows.map(auditRow);
  }

  async record(entry: AuditEntry): Promise<void> {
    await this.#sql.db
      .insertInto("audit")
      .values({
        at_ms: instantColumn(entry.atMs),
        node_id: entry.nodeId,
        action: entry.action,
        outcome: entry.outcome,
        caller: entry.caller,
        source: entry.source,
        request_id: entry.requestId,
        about: JSON.stringify(entry.about),
      })
      .execute();
  }
}

function auditRow(row: Selectable<Tables["audit"]>): AuditRow {
  return {
    sequence: row.sequence,
    atMs: wallTime(row.at_ms),
    nodeId: row.node_id as NodeId,
    // Not held against the list: a newer node may have written an action this software lacks.
    action: row.action as AuditAction,
    outcome: oneOf(OUTCOMES, row.outcome, "audit.outcome"),
    caller: row.caller,
    source: row.source,
    requestId: row.request_id,
    about: parseAbout(row.about),
  };
}

function parseAbout(column: string): Readonly<Record<string, string>> {
  const parsed: unknown = parseJson(column);
  if (typeof parsed !== "object" || parsed === null) {
    throw unreadableColumn("audit.about");
  }
  const fields = Object.entries(parsed).map(([name, value]) => [name, String(value)] as const);
  return Object.fromEntries(fields);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // Not JSON at all: refused by the caller like JSON of another shape.
  }
}
