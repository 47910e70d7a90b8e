import type { Warrant } from "@chatelaine/crypto";

/** How many are asked at once. */
const AT_ONCE = 64;

/** Asks each of these nodes; the answers in no order. `ask` does not throw. */
export async function askNodes<T>(
  nodes: readonly Warrant[],
  ask: (node: Warrant) => Promise<T>,
): Promise<readonly T[]> {
  const waiting = [...nodes];
  const answers: T[] = [];
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      answers.push(await ask(next));
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, nodes.length) }, worker));
  return answers;
}
