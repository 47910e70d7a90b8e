/** Text of recorded schedules: sessions that meet in one database, step by step. */

export type Step =
  | { readonly kind: "statement"; readonly session: string; readonly sql: string }
  | { readonly kind: "pause"; readonly ms: number };

export interface Schedule {
  readonly name: string;
  readonly steps: readonly Step[];
  /** Steps and what came of them, as recorded. */
  readonly transcript: string;
}

export type Outcome =
  | { readonly kind: "rows"; readonly rows: readonly string[] }
  | { readonly kind: "count"; readonly count: number }
  | { readonly kind: "error"; readonly state: string };

/** Sessions of one database, simulated or real. */
export interface ScheduleEngine {
  /** Sends the statement; resolves when it has ended. */
  run(session: string, sql: string): Promise<Outcome>;
  /** Resolves when each of these sessions has ended its statement, or waits for another session. */
  settle(inFlight: () => readonly string[]): Promise<void>;
  pause(ms: number): Promise<void>;
}

const HEADING = "== ";
const STATEMENT = /^(?<session>[a-z])> (?<sql>.*)$/;
const PAUSE = /^pause (?<ms>\d+)$/;

export function parseSchedules(text: string): readonly Schedule[] {
  return text
    .split(`\n${HEADING}`)
    .slice(1)
    .map((block) => {
      const [name = "", ...lines] = block.trim().split("\n");
      const steps = lines.map(parseStep).filter((step) => step !== undefined);
      return { name, steps, transcript: lines.join("\n") };
    });
}

function parseStep(line: string): Step | undefined {
  const statement = STATEMENT.exec(line)?.groups;
  if (statement !== undefined) {
    return {
      kind: "statement",
      session: statement["session"] ?? "",
      sql: statement["sql"] ?? "",
    };
  }
  const ms = PAUSE.exec(line)?.groups?.["ms"];
  return ms === undefined ? undefined : { kind: "pause", ms: Number(ms) };
}

/**
 * Runs the steps and tells, as a transcript, what came of each. A session that waits is not asked
 * for more until it goes on: such steps are left out.
 */
export async function playSchedule(
  steps: readonly Step[],
  engine: ScheduleEngine,
): Promise<string> {
  const transcript: string[] = [];
  const inFlight = new Set<string>();
  const ended = new Map<string, Outcome>();
  const tell = async (): Promise<void> => {
    await engine.settle(() => [...inFlight].filter((session) => !ended.has(session)));
    for (const [session, outcome] of [...ended].sort(bySession)) {
      inFlight.delete(session);
      transcript.push(`${session}: ${renderOutcome(outcome)}`);
    }
    ended.clear();
  };
  for (const step of steps) {
    if (step.kind === "pause") {
      transcript.push(`pause ${step.ms}`);
      await engine.pause(step.ms);
      await tell();
    } else if (!inFlight.has(step.session)) {
      transcript.push(`${step.session}> ${step.sql}`);
      inFlight.add(step.session);
      void engine.run(step.session, step.sql).then((outcome) => ended.set(step.session, outcome));
      await tell();
      if (inFlight.has(step.session)) {
        transcript.push(`${step.session}: waits`);
      }
    }
  }
  return transcript.join("\n");
}

function bySession([a]: readonly [string, Outcome], [b]: readonly [string, Outcome]): number {
  return a < b ? -1 : 1;
}

function renderOutcome(outcome: Outcome): string {
  switch (outcome.kind) {
    case "rows":
      return outcome.rows.length === 0 ? "no row" : outcome.rows.join("; ");
    case "count":
      return `${outcome.count} changed`;
    case "error":
      return `refused (${outcome.state})`;
  }
}

/** Rows as text, the same from both databases. */
export function outcomeOf(
  command: string,
  count: number | null,
  rows: readonly Readonly<Record<string, unknown>>[],
): Outcome {
  return command === "SELECT"
    ? { kind: "rows", rows: rows.map((row) => Object.values(row).map(String).join(" ")) }
    : { kind: "count", count: count ?? 0 };
}
