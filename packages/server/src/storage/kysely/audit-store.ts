import type { Selectable } from "kysely";
import type { NodeId } from "@chatelaine/crypto";
import { invariant } from "../../base/invariant.ts";
import type { AuditAction } from "../../domain/audit/audit-action.ts";
import type {
  AuditEntry,
  AuditGroup,
  AuditOutcome,
  AuditPage,
  AuditRow,
  AuditStore,
} from "../../domain/audit/audit-store.ts";
import { instantColumn, oneOf, unreadableColumn, wallTime } from "./row-values.ts";
import type { Sql } from "./sql.ts";
import { statement } from "./statement.ts";
import type { Tables } from "./tables.ts";

const OUTCOMES: readonly AuditOutcome[] = ["done", "refused"];

/** What one statement takes: each row has ten parameters, and a statement 32,766 at most. */
const ROWS_MAX = 500;

/** For the one entry that most changes have; writes none if its group is there. */
const insertOne = statement(
  (
    { db },
    at_ms: bigint,
    node_id: string,
    action: string,
    outcome: string,
    caller: string,
    source: string,
    request_id: string,
    about: string,
    application_id: string | null,
    group_id: string | null,
  ) =>
    db
      .insertInto("audit")
      .values({
        at_ms,
        node_id,
        action,
        outcome,
        caller,
        source,
        request_id,
        about,
        application_id,
        group_id,
      })
      .onConflict((conflict) =>
        conflict.column("group_id").where("group_id", "is not", null).doNothing(),
      ),
);

export class KyselyAuditStore implements AuditStore {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  async list(page: AuditPage): Promise<readonly AuditRow[]> {
    const { after, limit, action, applicationId } = page;
    const rows = await this.#sql.db
      .selectFrom("audit")
      .selectAll()
      .where("sequence", ">", after)
      .$if(action !== undefined, (query) => query.where("action", "=", action ?? ""))
      .$if(applicationId !== undefined, (query) =>
        query.where("application_id", "=", applicationId ?? ""),
      )
      .orderBy("sequence")
      .limit(limit)
      .execute();
    return rows.map(auditRow);
  }

  async record(...entries: readonly AuditEntry[]): Promise<void> {
    const [first, ...others] = entries.map(auditColumns);
    if (first === undefined) {
      return;
    }
    if (others.length > 0) {
      await this.#insert([first, ...others]);
    } else {
      await this.#insertOne(first);
    }
  }

  async recordGroup({ groupId, entries }: AuditGroup): Promise<void> {
    const [first, ...others] = entries.map(auditColumns);
    invariant(first !== undefined, "a group of the audit has an entry");
    const isNew = await this.#insertOne({ ...first, group_id: groupId });
    if (isNew && others.length > 0) {
      await this.#insert(others);
    }
  }

  /** False if a row of its group was there. */
  async #insertOne(row: AuditColumns): Promise<boolean> {
    const { numAffectedRows } = await insertOne(
      this.#sql,
      row.at_ms,
      row.node_id,
      row.action,
      row.outcome,
      row.caller,
      row.source,
      row.request_id,
      row.about,
      row.application_id,
      row.group_id,
    );
    return numAffectedRows === 1n;
  }

  async #insert(rows: readonly AuditColumns[]): Promise<void> {
    for (let start = 0; start < rows.length; start += ROWS_MAX) {
      await this.#sql.db
        .insertInto("audit")
        .values(rows.slice(start, start + ROWS_MAX))
        .execute();
    }
  }
}

type AuditColumns = Omit<Selectable<Tables["audit"]>, "sequence">;

function auditColumns(entry: AuditEntry): AuditColumns {
  return {
    at_ms: instantColumn(entry.atMs),
    node_id: entry.nodeId,
    action: entry.action,
    outcome: entry.outcome,
    caller: entry.caller,
    source: entry.source,
    request_id: entry.requestId,
    about: JSON.stringify(entry.about),
    application_id: entry.about["applicationId"] ?? null,
    group_id: null,
  };
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
