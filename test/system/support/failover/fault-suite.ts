import { appendFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import type { ClusterOptions } from "../test-cluster.ts";
import { Candidates } from "./candidates.ts";
import type { Fault, RoundFigures } from "./fault.ts";
import { faultRound } from "./fault-round.ts";

/** How often each fault happens. */
const ROUNDS = Number(process.env["CHATELAINE_TEST_FAULT_ROUNDS"] ?? "2");
/** Where the figures of each round go, one line of JSON each; nowhere if it is not set. */
const FIGURES_FILE = process.env["CHATELAINE_TEST_FAULT_FIGURES"];
/** `default`: with the times that a node has if nobody sets any. */
const IS_IN_EARNEST = process.env["CHATELAINE_TEST_FAULT_TIMES"] === "default";
const SHORT = [
  "mastership.ttlMs=1500",
  "mastership.renewalMs=300",
  "mastership.expiryConfirmationMs=300",
  "mastership.pollMs=100",
  "mastership.contradictedBarMs=1000",
  "cachedSecret.retryMaxMs=1000",
  "cachedSecret.memberPollMs=300",
];

/** With it PostgreSQL tells in which order transactions were committed. */
export const COMMIT_ORDER = { track_commit_timestamp: "on" };

const SETTINGS = IS_IN_EARNEST ? [] : SHORT;

export interface FaultSuite {
  /** Where the candidates run. */
  readonly system: () => Promise<Omit<ClusterOptions, "settings">>;
  readonly faults: readonly Fault[];
}

/** One test for each fault, all of them on one system. */
export function faultSuite(name: string, { system, faults }: FaultSuite): void {
  describe(name, () => {
    let candidates: Candidates;
    before(async () => {
      candidates = await Candidates.found({ ...(await system()), settings: SETTINGS });
    });
    after(() => candidates.discard());

    for (const fault of faults) {
      it(`loses no read and no write: ${fault.name}`, async () => {
        const rounds: RoundFigures[] = [];
        for (let round = 0; round < ROUNDS; round += 1) {
          const figures = await faultRound(candidates, fault);
          rounds.push(figures);
          keep(figures);
        }
        console.log(lineOf(rounds));
      });
    }
  });
}

function keep(figures: RoundFigures): void {
  if (FIGURES_FILE !== undefined && FIGURES_FILE !== "") {
    appendFileSync(FIGURES_FILE, `${JSON.stringify(figures)}\n`);
  }
}

function lineOf(rounds: readonly RoundFigures[]): string {
  const sum = (count: (figures: RoundFigures) => number): number =>
    rounds.reduce((total, figures) => total + count(figures), 0);
  const claims = rounds.flatMap(({ claimMs }) => claimMs ?? []);
  const slowest = Math.max(...rounds.map(({ slowestReadMs }) => slowestReadMs));
  return [
    `${rounds[0]?.database}, ${rounds[0]?.fault}, by ${rounds[0]?.by}, ${rounds.length} rounds:`,
    `${sum(({ reads }) => reads)} reads, ${sum(({ failedReads }) => failedReads.length)} failed,`,
    `the slowest ${slowest.toFixed()} ms;`,
    `${sum(({ acknowledged }) => acknowledged)} writes acknowledged,`,
    `${sum(({ lost }) => lost.length)} lost,`,
    `${sum(({ refusedWrites }) => refusedWrites)} refused;`,
    `${sum(({ stale }) => stale.length)} stale commits;`,
    `claimed after ${claims.length === 0 ? "-" : claims.join(" and ")} ms;`,
    `${sum((figures) => figures.failedCallsOfFaulted)} reads failed at the faulted node`,
  ].join(" ");
}
