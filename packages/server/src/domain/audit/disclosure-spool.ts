import type { AuditGroup } from "./audit-store.ts";

/**
 * Disclosures that the database could not take, kept on the node's own disk until it can. Append
 * only, and bounded: what does not fit is refused, not overwritten.
 */
export interface DisclosureSpool {
  /** Resolves when the group is on the disk. Throws `audit-unavailable`. */
  append(group: AuditGroup): Promise<void>;

  /** The oldest groups, in order: as many as have at most `entriesMax` entries, but at least one. */
  oldest(entriesMax: number): Promise<readonly AuditGroup[]>;

  /** Forgets that many of the oldest, which the database now has. */
  drop(count: number): Promise<void>;

  /** How much of the disk is in use for groups that were not dropped. */
  readonly bytes: number;
}
