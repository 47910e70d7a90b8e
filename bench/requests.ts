/** Requests to a node in a process of its own, beside the same answers of a bare fastify. */
import { BareProcess } from "./bare-process.ts";
import { buildInto, withDirectory } from "./built-program.ts";
import { compare, type Comparison, type Contender } from "./compare.ts";
import { encodeRequest, HttpLoad, type Target } from "./http-load.ts";
import { askOnce, NodeUnderLoad } from "./node-under-load.ts";
import { storeItems } from "./stored-items.ts";

const OPTIONS = { time: "wall", rounds: 7, roundMs: 250 } as const;
const ITEMS = 1000;
const BATCH_ITEMS = 32;
const CONNECTIONS = [1, 16, 64] as const;
const LISTENERS = ["loopback", "socket"] as const;

export const REVEAL = "config.reveal";

/** As the comparison of single items over that listener is called. */
export function oneItemTitle(listener: Listener, connections: number): string {
  return `one item, ${listener}, ${connectionsText(connections)}`;
}

type Listener = (typeof LISTENERS)[number];

interface Servers {
  readonly node: NodeUnderLoad;
  readonly bare: BareProcess;
}

export function measureRequests(): Promise<readonly Comparison[]> {
  return withDirectory(async (directory) => {
    const node = await NodeUnderLoad.start(buildInto(directory), directory);
    try {
      await storeItems(node.stateDirectory, ITEMS);
      const bare = await startBare(directory, node);
      try {
        return await compareAll({ node, bare });
      } finally {
        await bare.stop();
      }
    } finally {
      await node.stop();
    }
  });
}

/** The same answers in length and form: those that the node gave. */
async function startBare(directory: string, node: NodeUnderLoad): Promise<BareProcess> {
  const one = await askOnce(node.socket, node.revealRequest(node.socket, 0));
  const batch = await askOnce(node.socket, node.batchRevealRequest(node.socket, batchFrom(0)));
  const answers = { one: JSON.parse(one) as unknown, batch: JSON.parse(batch) as unknown };
  return await BareProcess.start(directory, answers);
}

async function compareAll(servers: Servers): Promise<readonly Comparison[]> {
  const comparisons: Comparison[] = [];
  for (const listener of LISTENERS) {
    for (const connections of CONNECTIONS) {
      comparisons.push(await compareOne(servers, listener, connections));
      comparisons.push(await compareBatches(servers, listener, connections));
    }
  }
  return comparisons;
}

async function compareOne(
  { node, bare }: Servers,
  listener: Listener,
  connections: number,
): Promise<Comparison> {
  const [target, bareTarget] = [node[listener], bare[listener]];
  const bareRequest = encodeRequest(bareTarget, {
    method: "GET",
    path: "/v1/applications/Orders/items/receive-locations%2Forders%2F000000",
    bearer: node.bearer,
  });
  return await compareLoads(oneItemTitle(listener, connections), connections, [
    { name: "bare fastify", target: bareTarget, requests: [bareRequest] },
    { name: REVEAL, target, requests: requests((index) => node.revealRequest(target, index)) },
    { name: "config.get", target, requests: requests((index) => node.getRequest(target, index)) },
  ]);
}

async function compareBatches(
  { node, bare }: Servers,
  listener: Listener,
  connections: number,
): Promise<Comparison> {
  const [target, bareTarget] = [node[listener], bare[listener]];
  const bareRequest = encodeRequest(bareTarget, {
    method: "POST",
    path: "/v1/applications/Orders/batch",
    bearer: node.bearer,
    json: { identifiers: batchFrom(0) },
  });
  const title = `batches of ${String(BATCH_ITEMS)}, ${listener}, ${connectionsText(connections)}`;
  return await compareLoads(title, connections, [
    { name: "bare fastify", target: bareTarget, requests: [bareRequest] },
    {
      name: "config.batch-reveal",
      target,
      requests: requests((index) => node.batchRevealRequest(target, batchFrom(index))),
    },
  ]);
}

interface Load {
  readonly name: string;
  readonly target: Target;
  readonly requests: readonly Buffer[];
}

async function compareLoads(
  title: string,
  connections: number,
  loads: readonly Load[],
): Promise<Comparison> {
  const opened: HttpLoad[] = [];
  const contenders: Contender[] = [];
  try {
    for (const { name, target, requests: all } of loads) {
      const load = await HttpLoad.open(target, connections);
      opened.push(load);
      contenders.push({ name, run: (count) => load.send(count, all) });
    }
    return await compare(title, contenders, OPTIONS);
  } finally {
    for (const load of opened) {
      load.close();
    }
  }
}

/** One for each item, in an order in which neighbours lie apart. */
function requests(make: (index: number) => Buffer): readonly Buffer[] {
  const stride = 7;
  return Array.from({ length: ITEMS }, (_, index) => make((index * stride) % ITEMS));
}

function batchFrom(index: number): readonly number[] {
  const stride = 31;
  return Array.from({ length: BATCH_ITEMS }, (_, place) => (index + place * stride) % ITEMS);
}

function connectionsText(count: number): string {
  return count === 1 ? "1 connection" : `${String(count)} connections`;
}
