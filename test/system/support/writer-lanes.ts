/** How many writes the writer has under way at once. */
export const LANES = 3;
export const IDENTIFIERS_PER_LANE = 4;

export function identifierOf(lane: number, index: number): string {
  return `lane-${lane}-item-${index}`;
}

export const IDENTIFIERS: readonly string[] = Array.from({ length: LANES }, (_, lane) =>
  Array.from({ length: IDENTIFIERS_PER_LANE }, (__, index) => identifierOf(lane, index)),
).flat();
