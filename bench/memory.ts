/** The resident memory of a node that has many items: when it is ready, under load, and idle. */
import { buildInto, withDirectory } from "./built-program.ts";
import { HttpLoad } from "./http-load.ts";
import { pause } from "./node-process.ts";
import { NodeUnderLoad } from "./node-under-load.ts";
import { storeItems } from "./stored-items.ts";

const ITEMS = 100_000;
const CONNECTIONS = 16;
const LOAD_MS = 10_000;
const IDLE_MS = 10_000;
const REQUESTS_AT_ONCE = 1000;
/** Far apart and coprime to the number of items, so that each is asked for in the end. */
const STRIDE = 7919;

/** In MiB; undefined where the system does not tell. */
export interface MemoryFigures {
  readonly items: number;
  readonly readyMib: number | undefined;
  /** After `loadMs` of revealing single items over loopback. */
  readonly loadedMib: number | undefined;
  readonly loadMs: number;
  /** After `idleMs` without a request. */
  readonly idleMib: number | undefined;
  readonly idleMs: number;
}

/** Of the built file on SQLite. */
export function measureMemory(): Promise<MemoryFigures> {
  return withDirectory(async (directory) => {
    const node = await NodeUnderLoad.start(buildInto(directory), directory);
    try {
      await storeItems(node.stateDirectory, ITEMS);
      await node.restart();
      const readyMib = node.process.residentMib();
      await reveal(node);
      const loadedMib = node.process.residentMib();
      await pause(IDLE_MS);
      const idleMib = node.process.residentMib();
      const spans = { loadMs: LOAD_MS, idleMs: IDLE_MS };
      return { items: ITEMS, readyMib, loadedMib, idleMib, ...spans };
    } finally {
      await node.stop();
    }
  });
}

async function reveal(node: NodeUnderLoad): Promise<void> {
  const load = await HttpLoad.open(node.loopback, CONNECTIONS);
  const end = performance.now() + LOAD_MS;
  try {
    for (let from = 0; performance.now() < end; from += REQUESTS_AT_ONCE) {
      const requests = Array.from({ length: REQUESTS_AT_ONCE }, (_, place) =>
        node.revealRequest(node.loopback, ((from + place) * STRIDE) % ITEMS),
      );
      await load.send(REQUESTS_AT_ONCE, requests);
    }
  } finally {
    load.close();
  }
}
