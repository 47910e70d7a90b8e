import type { AuditGroup } from "../../src/domain/audit/audit-store.ts";
import type { DisclosureSpool } from "../../src/domain/audit/disclosure-spool.ts";

/** A spool in memory, for nodes whose database does not go away. */
export class MemorySpool implements DisclosureSpool {
  readonly #groups: AuditGroup[] = [];

  get bytes(): number {
    return this.#groups.length;
  }

  append(group: AuditGroup): Promise<void> {
    this.#groups.push(group);
    return Promise.resolve();
  }

  oldest(): Promise<readonly AuditGroup[]> {
    return Promise.resolve([...this.#groups]);
  }

  drop(count: number): Promise<void> {
    this.#groups.splice(0, count);
    return Promise.resolve();
  }
}
