/** What a test run prints at its end. */
import type { Skip, StepResult } from "./step-result.ts";

/** The table of steps, everything skipped with its reason, and the line that is judged. */
export function renderSummary(results: readonly StepResult[], strayFailures: number): string {
  const passed = sum(results.map((result) => result.passed));
  const failed = sum(results.map((result) => result.failed)) + strayFailures;
  const skipped = results.flatMap((result) => result.skipped);
  const tail = skipped.length === 0 ? "" : `, ${skipped.length} skipped`;
  return [
    "",
    ...results.map(renderStep),
    "",
    ...renderSkips(skipped),
    `# tests ${passed + failed + skipped.length} # pass ${passed} # fail ${failed} # skipped ${skipped.length}`,
    `${passed} passed, ${failed} failed${tail}`,
  ].join("\n");
}

function renderStep({ claim, passed, failed, skipped, durationMs }: StepResult): string {
  const seconds = `${(durationMs / 1000).toFixed(1)} s`.padStart(9);
  const counts = [
    `${passed} passed`,
    ...(failed > 0 ? [`${failed} FAILED`] : []),
    ...(skipped.length > 0 ? [`${skipped.length} skipped`] : []),
  ];
  return `${failed > 0 ? "✖" : "✔"} ${claim.padEnd(56)}${seconds}   ${counts.join(", ")}`;
}

/** Skips of one reason together: the reason is what the reader can act on. */
function renderSkips(skips: readonly Skip[]): readonly string[] {
  const reasons = Map.groupBy(skips, (skip) => skip.reason);
  return [...reasons].flatMap(([reason, those]) => [
    `skipped, because ${reason}:`,
    ...those.map(({ file, name }) => `  ${file}: ${name}`),
    "",
  ]);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
