import type { World } from "../node/world.ts";
import { columnOf } from "./history.ts";

interface Acknowledged {
  readonly identifier: string;
  /** In hexadecimal. */
  readonly revision: string;
  /** How many commits there were when it was acknowledged. */
  readonly commits: number;
}

/** Every write that a caller was told is kept. */
export class Ledger {
  readonly #world: World;
  #acknowledged: Acknowledged[] = [];
  #restores = 0;
  #isSplit = false;

  constructor(world: World) {
    this.#world = world;
  }

  /** How often the database went back so far: to be taken before a write begins. */
  get restores(): number {
    return this.#restores;
  }

  /** Whether there are two servers that take writes, one of which is not to stay. */
  get isSplit(): boolean {
    return this.#isSplit;
  }

  /** A second server takes writes from now on, or no longer: what only that one has is lost. */
  split(isSplit: boolean): void {
    this.#isSplit = isSplit;
    this.#restores += 1;
  }

  /** A write that began after so many restores was acknowledged. */
  acknowledged(identifier: string, revision: string, restores: number): void {
    const { commits } = this.#world.server.catalog;
    const write = { identifier, revision, commits };
    if ((restores === this.#restores && !this.#isSplit) || this.#isKept(write)) {
      this.#acknowledged.push(write);
      this.#checkKept([write]);
    } else {
      const how = this.#isSplit ? "to a second primary" : "by a restore";
      this.#world.tally.count(`lost ${how}, as reported`);
    }
  }

  /** The database was put back to that many commits: what came later is lost, and is said to be. */
  restored(commits: number): void {
    this.#restores += 1;
    const before = this.#acknowledged.length;
    this.#acknowledged = this.#acknowledged.filter((write) => write.commits <= commits);
    this.#world.tally.count("lost by a restore, as reported", before - this.#acknowledged.length);
    // Counted anew: a restored database counts its commits from the beginning.
    this.#acknowledged = this.#acknowledged.map((write) => ({ ...write, commits: 1 }));
  }

  checkAll(): void {
    this.#checkKept(this.#acknowledged);
  }

  #checkKept(writes: readonly Acknowledged[]): void {
    const kept = this.#keptRevisions();
    for (const { identifier, revision } of writes) {
      if (!kept.has(`${identifier} ${revision}`)) {
        this.#world.violated(
          "D1",
          `the acknowledged revision ${revision} of ${identifier} is lost`,
        );
      }
    }
  }

  #isKept({ identifier, revision }: Acknowledged): boolean {
    return this.#keptRevisions().has(`${identifier} ${revision}`);
  }

  #keptRevisions(): ReadonlySet<string> {
    const kept = new Set<string>();
    for (const table of this.#world.server.catalog.all) {
      if (table.name === "config_item" || table.name === "config_item_revision") {
        for (const { versions } of table.rows) {
          for (const version of versions) {
            if (
              version.writer.committedAs !== undefined &&
              version.ender?.committedAs === undefined
            ) {
              const revision = columnOf(table, version, "revision");
              const hex =
                revision instanceof Uint8Array ? Buffer.from(revision).toString("hex") : "";
              kept.add(`${String(columnOf(table, version, "identifier"))} ${hex}`);
            }
          }
        }
      }
    }
    return kept;
  }
}
