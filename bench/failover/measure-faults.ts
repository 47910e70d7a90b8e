import * as os from "node:os";
import { Candidates } from "../../test/system/support/failover/candidates.ts";
import { cuttableLink, type CuttableLink } from "../../test/system/support/cuttable-link.ts";
import { postgresDatabase, type TestDatabase } from "../../test/system/support/test-database.ts";
import { startPostgres } from "../../tools/test-postgres.ts";
import { failoverRound, type Round } from "./failover-round.ts";
import type { Fault } from "./faults.ts";
import { HistoryWatch } from "./history-watch.ts";

export type DatabaseKind = "sqlite" | "postgres";

/** Every round of one fault on one database. */
export interface FaultFigures {
  readonly database: DatabaseKind;
  readonly fault: string;
  /** What cut it off, where something did. */
  readonly by: CuttableLink["kind"] | undefined;
  readonly rounds: readonly Round[];
  /** Of the last minute, after the last round. */
  readonly loadAverage: number;
}

export interface FaultRun {
  readonly faults: readonly Fault[];
  readonly rounds: number;
  readonly progress: (line: string) => void;
}

/** Three candidates of default settings for process faults, and three others for cuts. */
export async function measureFaults(kind: DatabaseKind, run: FaultRun): Promise<FaultFigures[]> {
  const figures: FaultFigures[] = [];
  for (const isOfNetwork of [false, true]) {
    const faults = run.faults.filter((fault) => (fault.isOfNetwork ?? false) === isOfNetwork);
    if (faults.length > 0 && !(isOfNetwork && kind === "sqlite")) {
      const link = isOfNetwork ? await cuttableLink() : undefined;
      await withCandidates(kind, link, async (candidates) => {
        figures.push(...(await measureOn(candidates, { ...run, faults })));
      });
    }
  }
  return figures;
}

/** Gives a system to the work and removes it afterwards. */
export async function withCandidates(
  kind: DatabaseKind,
  link: CuttableLink | undefined,
  work: (candidates: Candidates) => Promise<void>,
): Promise<void> {
  const server = kind === "postgres" ? await startPostgres() : undefined;
  try {
    const database: ((directory: string) => TestDatabase) | undefined =
      server === undefined ? undefined : await postgresDatabase(() => server.url);
    const candidates = await Candidates.found({
      settings: [],
      ...(database !== undefined && { database }),
      ...(link !== undefined && { link }),
    });
    try {
      await work(candidates);
    } finally {
      await candidates.discard();
    }
  } finally {
    link?.discard();
    await server?.stop();
  }
}

async function measureOn(
  candidates: Candidates,
  { faults, rounds, progress }: FaultRun,
): Promise<FaultFigures[]> {
  const watch = HistoryWatch.on(candidates.database);
  const figures: FaultFigures[] = [];
  try {
    for (const fault of faults) {
      const done: Round[] = [];
      while (done.length < rounds) {
        const place = `${candidates.database.kind}, ${fault.name}`;
        progress(`${place}: round ${String(done.length + 1)} of ${String(rounds)}`);
        done.push(await failoverRound(candidates, watch, fault));
      }
      figures.push({
        database: candidates.database.kind,
        fault: fault.name,
        by: candidates.link?.kind,
        rounds: done,
        loadAverage: Math.round((os.loadavg()[0] ?? 0) * 100) / 100,
      });
    }
  } finally {
    await watch.close();
  }
  return figures;
}
