import type { ClusterProcess } from "../cluster-process.ts";
import { eventually } from "../eventually.ts";
import { Reader } from "../workload.ts";
import { ChainedWriter } from "./chained-writer.ts";

const WRITE_PAUSE_MS = 50;
const BURST_LANES = 4;
const SOON_MS = 60_000;
/** So much is done everywhere before it is said that the load goes on. */
const READS = 10;
const WRITES = 3;

/** One client that reads and one that writes at every node, without a pause or a second try. */
export class Load {
  readonly readers: readonly Reader[];
  readonly writers: ChainedWriter[];
  readonly #token: string;

  constructor(nodes: readonly ClusterProcess[], token: string) {
    this.#token = token;
    this.readers = nodes.map((node) => new Reader(node, token));
    this.writers = nodes.map((node) => new ChainedWriter(node, token, WRITE_PAUSE_MS));
  }

  /** Makes a node write nearly all the time. */
  burst(node: ClusterProcess): void {
    for (let lane = 0; lane < BURST_LANES; lane += 1) {
      this.writers.push(new ChainedWriter(node, this.#token, 0));
    }
  }

  /** Waits until so much more was read at each of these nodes. */
  async isRead(nodes: readonly ClusterProcess[]): Promise<void> {
    const readers = this.readers.filter(({ node }) => nodes.includes(node));
    await grown("reads", readers, ({ done }) => done, READS);
  }

  /** Waits until so much more was written at each of these nodes. */
  async isWritten(nodes: readonly ClusterProcess[]): Promise<void> {
    const writers = this.writers.filter(({ node }) => nodes.includes(node));
    await grown("writes", writers, ({ acknowledged }) => acknowledged, WRITES);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.readers, ...this.writers].map((each) => each.stop()));
  }
}

async function grown<Client extends Reader | ChainedWriter>(
  what: string,
  clients: readonly Client[],
  count: (client: Client) => number,
  by: number,
): Promise<void> {
  const wanted = clients.map((client) => count(client) + by);
  await Promise.all(
    clients.map((client, index) =>
      eventually(
        `${by} more ${what} at ${client.node.name}`,
        SOON_MS,
        () => count(client) >= (wanted[index] ?? 0) || undefined,
      ),
    ),
  );
}
