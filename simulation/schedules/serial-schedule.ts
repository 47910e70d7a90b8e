import type { SeededRandom } from "../engine/seeded-random.ts";
import { randomStatement, SETUP } from "./random-schedule.ts";
import type { Outcome, ScheduleEngine } from "./schedule.ts";

const TRANSACTIONS = 12;
const STATEMENTS_MAX = 4;
const TABLES = ["fence", "lease", "version", "item", "note"];

/** Statements of one transaction, and whether it is committed if none of them fails. */
export interface SerialTransaction {
  readonly statements: readonly string[];
  readonly isCommitted: boolean;
}

/** Transactions one after the other: what a database with one writer makes of any schedule. */
export function serialSchedule(random: SeededRandom): readonly SerialTransaction[] {
  return Array.from({ length: TRANSACTIONS }, () => ({
    statements: Array.from({ length: 1 + random.below(STATEMENTS_MAX) }, () =>
      randomStatement(random),
    ),
    isCommitted: random.happens(0.8),
  }));
}

/** What came of each statement, and what is there at the end. A transaction ends where one fails. */
export async function playSerial(
  transactions: readonly SerialTransaction[],
  engine: ScheduleEngine,
): Promise<readonly string[]> {
  const told: string[] = [];
  const play = async (sql: string): Promise<boolean> => {
    const outcome = await send(engine, sql);
    told.push(`${sql}: ${shown(sql, outcome)}`);
    return outcome.kind !== "error";
  };
  for (const sql of SETUP) {
    await play(sql);
  }
  for (const { statements, isCommitted } of transactions) {
    await send(engine, "begin isolation level read committed");
    let isWell = true;
    for (const sql of statements) {
      isWell &&= await play(sql);
    }
    await send(engine, isWell && isCommitted ? "commit" : "rollback");
  }
  for (const table of TABLES) {
    await play(`select * from ${table} order by 1`);
  }
  return told;
}

/** Alone, so that it waits for nobody. */
async function send(engine: ScheduleEngine, sql: string): Promise<Outcome> {
  const running = engine.run("a", sql);
  await engine.settle(() => []);
  return await running;
}

/** A count only of what changes rows; of a refusal, that it was one. */
function shown(sql: string, outcome: Outcome): string {
  switch (outcome.kind) {
    case "rows":
      return outcome.rows.toSorted().join("; ");
    case "count":
      return sql.startsWith("create") ? "made" : `${outcome.count} changed`;
    case "error":
      return "refused";
  }
}
