/** One line of JSON that a test of faults wrote for each round which kept every promise. */
interface Round {
  readonly database: string;
  readonly fault: string;
  readonly by: string;
  readonly reads: number;
  readonly failedReads: readonly string[];
  readonly acknowledged: number;
  readonly lost: readonly string[];
  readonly refusedWrites: number;
  readonly stale: readonly string[];
  readonly claimMs?: number;
  readonly writeMs?: number;
}

const HEAD = [
  "database",
  "fault",
  "by",
  "rounds",
  "reads",
  "failed",
  "writes",
  "lost",
  "refused",
  "stale",
  "claim p50/max ms",
  "fenced write p50/max ms",
];

/** A row for each fault. `-`: nobody took over, and nobody had to. */
export function renderFaults(lines: string): string {
  const rounds = lines
    .split("\n")
    .filter((line) => line !== "")
    .map(parseRound);
  const faults = Map.groupBy(rounds, ({ database, fault, by }) => [database, fault, by].join("|"));
  const table = [HEAD, ...[...faults.values()].map(rowOf)];
  const widths = HEAD.map((_, column) =>
    Math.max(...table.map((row) => (row[column] ?? "").length)),
  );
  return table
    .map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  "))
    .join("\n");
}

function parseRound(line: string): Round {
  return JSON.parse(line) as Round;
}

function rowOf(rounds: readonly Round[]): readonly string[] {
  const sum = (count: (round: Round) => number): string =>
    String(rounds.reduce((total, round) => total + count(round), 0));
  const [first] = rounds;
  return [
    ...(first === undefined ? [] : [first.database, first.fault, first.by]),
    String(rounds.length),
    sum(({ reads }) => reads),
    sum(({ failedReads }) => failedReads.length),
    sum(({ acknowledged }) => acknowledged),
    sum(({ lost }) => lost.length),
    sum(({ refusedWrites }) => refusedWrites),
    sum(({ stale }) => stale.length),
    spread(rounds.flatMap(({ claimMs }) => claimMs ?? [])),
    spread(rounds.flatMap(({ writeMs }) => writeMs ?? [])),
  ];
}

function spread(times: readonly number[]): string {
  const sorted = times.toSorted((a, b) => a - b);
  const middle = sorted[Math.floor((sorted.length - 1) / 2)];
  return middle === undefined ? "-" : `${String(middle)} / ${String(sorted.at(-1))}`;
}
