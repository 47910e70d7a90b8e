import type { SimulatedServer } from "../database/simulated-server.ts";
import type { SqlValue } from "../database/sql/syntax.ts";
import type { Table, Version } from "../database/tables/table.ts";
import type { World } from "../node/world.ts";

interface Mastership {
  readonly epoch: bigint;
  readonly claimId: string;
}

/**
 * P2, decided afterwards by the history rows in the order of their commits: epochs only grow from
 * claim to claim, and nothing commits under a mastership that is over. And of acts with a name of
 * their own, that they were made if, and only if, their caller was told so (P6).
 */
export class HistoryChecker {
  readonly #world: World;
  #checkedUpTo = 0;
  #current: Mastership | undefined;
  readonly #notMade = new Set<string>();
  /** Virtual times of claims, for the bound on epochs per minute. */
  readonly claimsAtMs: number[] = [];

  constructor(world: World) {
    this.#world = world;
  }

  check(): void {
    const { catalog } = this.#world.server;
    if (catalog.commits < this.#checkedUpTo) {
      this.#checkedUpTo = 0; // restored: the history that is left begins anew
      this.#current = undefined;
    }
    if (catalog.commits === this.#checkedUpTo) {
      return;
    }
    for (const row of newRows(this.#world.server, this.#checkedUpTo)) {
      this.#checkRow(row);
    }
    this.#checkedUpTo = catalog.commits;
  }

  /** The caller was told that this act was not made, and so it never may be. */
  toldNotMade(act: string): void {
    this.#notMade.add(act);
    if (this.#isMade(act)) {
      this.#violatedNotMade(act);
    }
  }

  /** The caller was told that this act was made; the database has not gone back meanwhile. */
  toldMade(act: string): void {
    if (!this.#isMade(act)) {
      this.#world.violated("P6", `"${act}" was not made, and said to be`);
    }
  }

  #isMade(act: string): boolean {
    return newRows(this.#world.server, 0).some((row) => row.act === act);
  }

  #violatedNotMade(act: string): void {
    this.#world.violated("P6", `"${act}" was made, and said not to be`);
  }

  #checkRow({ epoch, claimId, act }: HistoryRow): void {
    const current = this.#current;
    if (this.#notMade.has(act)) {
      this.#violatedNotMade(act);
    }
    if (act === "claim") {
      if (current !== undefined && epoch <= current.epoch) {
        this.#world.violated("P2", `epoch ${epoch} was claimed after ${current.epoch}`);
      }
      this.#current = { epoch, claimId };
      this.claimsAtMs.push(this.#world.time.nowMs);
      return;
    }
    if (current !== undefined && (epoch !== current.epoch || claimId !== current.claimId)) {
      this.#world.violated(
        "P2",
        `"${act}" was committed under mastership ${epoch}/${claimId} while ${current.epoch}/${current.claimId} was in force`,
      );
    }
  }
}

interface HistoryRow extends Mastership {
  readonly act: string;
}

function newRows({ catalog }: SimulatedServer, after: number): readonly HistoryRow[] {
  const table = catalog.all.find(({ name }) => name === "fenced_write");
  if (table === undefined) {
    return [];
  }
  return table.rows
    .flatMap((row) => {
      const version = row.versions[0];
      const place = version?.writer.committedAs ?? 0;
      return version !== undefined && place > after ? [{ version, place }] : [];
    })
    .sort(
      (a, b) =>
        a.place - b.place || Number(serialOf(table, a.version) - serialOf(table, b.version)),
    )
    .map(({ version }) => historyRow(table, version));
}

function serialOf(table: Table, version: Version): bigint {
  const serial = columnOf(table, version, "serial");
  return typeof serial === "bigint" ? serial : 0n;
}

function historyRow(table: Table, version: Version): HistoryRow {
  const epoch = columnOf(table, version, "epoch");
  const claimId = columnOf(table, version, "claim_id");
  return {
    epoch: typeof epoch === "bigint" ? epoch : -1n,
    claimId: claimId instanceof Uint8Array ? Buffer.from(claimId).toString("hex").slice(0, 8) : "",
    act: String(columnOf(table, version, "act")),
  };
}

export function columnOf(table: Table, version: Version, column: string): SqlValue {
  return version.values[table.position(column) ?? -1] ?? null;
}
