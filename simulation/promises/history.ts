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
  readonly #claimedAtMs = new Map<string, number>();

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

  /** Once for each: a history that was put back is read again. */
  #tellClaim(claimId: string): void {
    if (!this.#claimedAtMs.has(claimId)) {
      this.#claimedAtMs.set(claimId, this.#world.time.nowMs);
      this.claimsAtMs.push(this.#world.time.nowMs);
    }
  }

  #isMade(act: string): boolean {
    return newRows(this.#world.server, 0).some((row) => row.act === act);
  }

  #violatedNotMade(act: string): void {
    this.#world.violated("P6", `"${act}" was made, and said not to be`);
  }

  /**
   * The role is taken before its lease has run out only from a node that was gone, or looked like
   * it, since it had the role.
   */
  #checkEarly(claim: Version["writer"]): void {
    const { server, time, deaths, tally, violated } = this.#world;
    const before = rowOf(server, "lease", ({ ender }) => ender === claim);
    const nodeId = rowOf(server, "fence", ({ ender }) => ender === claim)?.("node_id");
    const claimant = rowOf(server, "fence", ({ writer }) => writer === claim)?.("node_id");
    const aheadMs = Number(before?.("expires_at_ms") ?? 0) - server.clockMs();
    const hasJumped = server.clockMs() !== time.nowMs;
    const sinceMs = this.#claimedAtMs.get(this.#current?.claimId ?? "");
    if (hasJumped || aheadMs <= 0 || sinceMs === undefined) {
      return;
    }
    tally.count("branch: claimed on a proof of death");
    // What a node had itself, and lost from sight when it met an older primary, it may take back.
    const isOwn = nodeId === claimant;
    if (typeof nodeId === "string" && !isOwn && !deaths.isSince(nodeId, sinceMs)) {
      violated(
        "bounds",
        `the role was taken from a node that lives, ${Math.round(aheadMs)} ms early`,
      );
    }
  }

  #checkRow({ epoch, claimId, act, writer }: HistoryRow): void {
    const current = this.#current;
    if (this.#notMade.has(act)) {
      this.#violatedNotMade(act);
    }
    if (act === "claim") {
      this.#checkEarly(writer);
      if (current !== undefined && epoch <= current.epoch) {
        this.#world.violated("P2", `epoch ${epoch} was claimed after ${current.epoch}`);
      }
      this.#current = { epoch, claimId };
      this.#tellClaim(claimId);
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
  readonly writer: Version["writer"];
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

/** The row that this transaction has replaced, or written, by column. */
function rowOf({ catalog }: SimulatedServer, name: string, is: (version: Version) => boolean) {
  const table = catalog.all.find((one) => one.name === name);
  const version = (table?.rows ?? []).flatMap((row) => row.versions).find(is);
  return table === undefined || version === undefined
    ? undefined
    : (column: string): SqlValue => columnOf(table, version, column);
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
    writer: version.writer,
  };
}

export function columnOf(table: Table, version: Version, column: string): SqlValue {
  return version.values[table.position(column) ?? -1] ?? null;
}
