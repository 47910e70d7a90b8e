import type { NodeId } from "@chatelaine/crypto";
import type { WallTimeMs } from "../../platform/clock.ts";
import type { AuditAction } from "./audit-action.ts";

export type AuditOutcome = "done" | "refused";

/** One row of the audit; never holds clear text (P8). */
export interface AuditEntry {
  readonly atMs: WallTimeMs;
  readonly nodeId: NodeId;
  readonly action: AuditAction;
  readonly outcome: AuditOutcome;
  /** Who asked: `local-administrator`, or a principal later. */
  readonly caller: string;
  /** Where from: `socket`, `process`, or an address. */
  readonly source: string;
  readonly requestId: string;
  /** Fields that say what it was about (`applicationId`, `backupId`), by name. */
  readonly about: Readonly<Record<string, string>>;
}

/** Entries that are recorded together, once, however often that is tried. */
export interface AuditGroup {
  /** 32 hexadecimal digits, drawn by the node. */
  readonly groupId: string;
  /** At least one. */
  readonly entries: readonly AuditEntry[];
}

export interface AuditRow extends AuditEntry {
  /** Order of writing; gaps are normal (rolled back transactions). */
  readonly sequence: bigint;
}

export interface AuditPage {
  /** Rows whose sequence is above this. */
  readonly after: bigint;
  readonly limit: number;
  readonly action?: AuditAction;
  /** Only rows about this application. */
  readonly applicationId?: string;
}

export interface AuditReader {
  /** In the order of writing. */
  list(page: AuditPage): Promise<readonly AuditRow[]>;
}

export interface AuditStore extends AuditReader {
  /** Part of the transaction whose change it tells (P10). */
  record(...entries: readonly AuditEntry[]): Promise<void>;
  /**
   * As `record`, unless a group of this id was recorded before: then nothing is written. Waits for
   * a transaction that is about to record it.
   */
  recordGroup(group: AuditGroup): Promise<void>;
}
