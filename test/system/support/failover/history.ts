import type { Row, TestDatabase } from "../test-database.ts";

/** One fenced transaction, as it left its mark in the database. */
export interface HistoryRow {
  readonly serial: bigint;
  readonly epoch: bigint;
  /** In hex. */
  readonly claimId: string;
  readonly act: string;
  readonly atMs: number;
}

const CLAIM = "claim";
const COLUMNS = "serial, epoch, act, at_ms";
/**
 * SQLite has one writer at a time, so its rows are numbered in the order of their commits. Of
 * PostgreSQL the server itself tells that order (`track_commit_timestamp`): the numbers are given
 * before the commit, and would hide a write that passed the fence and came too late.
 */
const IN_ORDER_OF_COMMITS = {
  sqlite: `select ${COLUMNS}, lower(hex(claim_id)) as claim_id from fenced_write order by serial`,
  postgres: `select ${COLUMNS}, encode(claim_id, 'hex') as claim_id from fenced_write
    order by pg_xact_commit_timestamp(xmin), serial`,
} as const;

export async function historyOf(database: TestDatabase): Promise<readonly HistoryRow[]> {
  const rows = await database.query(IN_ORDER_OF_COMMITS[database.kind]);
  return rows.map(historyRow);
}

function historyRow(row: Row): HistoryRow {
  return {
    serial: BigInt(String(row["serial"])),
    epoch: BigInt(String(row["epoch"])),
    claimId: String(row["claim_id"]),
    act: String(row["act"]),
    atMs: Number(row["at_ms"]),
  };
}

/**
 * What must not be in a history in the order of its commits: a mastership that does not begin with
 * its claim, an epoch that is not higher than those before, and a write under a mastership after a
 * newer one was claimed. One line for each.
 */
export function staleCommits(history: readonly HistoryRow[]): readonly string[] {
  const stale: string[] = [];
  let current: HistoryRow | undefined;
  for (const row of history) {
    const isSame = row.epoch === current?.epoch && row.claimId === current.claimId;
    if (row.act === CLAIM && (current === undefined || row.epoch > current.epoch)) {
      current = row;
    } else if (row.act === CLAIM || !isSame) {
      stale.push(`${told(row)} after ${current === undefined ? "nothing" : told(current)}`);
    }
  }
  return stale;
}

/** The first rows of whatever mastership came after this epoch. */
export function takeoverIn(
  history: readonly HistoryRow[],
  epoch: bigint,
): { readonly claim: HistoryRow | undefined; readonly write: HistoryRow | undefined } {
  const after = history.filter((row) => row.epoch > epoch);
  return {
    claim: after.find(({ act }) => act === CLAIM),
    write: after.find(({ act }) => act !== CLAIM),
  };
}

function told({ serial, epoch, claimId, act }: HistoryRow): string {
  return `row ${serial}, "${act}" under epoch ${epoch} of ${claimId.slice(0, 8)}`;
}
