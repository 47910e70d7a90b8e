import assert from "node:assert/strict";
import type { ClusterProcess } from "../cluster-process.ts";
import type { CuttableLink } from "../cuttable-link.ts";
import { eventually } from "../eventually.ts";
import { TestCluster, type ClusterOptions } from "../test-cluster.ts";
import type { TestDatabase } from "../test-database.ts";

const OTHERS = ["second", "third"];
const SOON_MS = 60_000;

/** What the database says of the role. */
export interface Fence {
  readonly epoch: bigint;
  readonly nodeId: string;
  readonly expiresAtMs: number;
}

/** A system of three candidates that all run. */
export class Candidates {
  readonly nodes: readonly ClusterProcess[];
  readonly token: string;
  readonly database: TestDatabase;
  readonly link: CuttableLink | undefined;
  readonly #cluster: TestCluster;

  private constructor(
    cluster: TestCluster,
    nodes: readonly ClusterProcess[],
    token: string,
    link: CuttableLink | undefined,
  ) {
    this.#cluster = cluster;
    this.nodes = nodes;
    this.token = token;
    this.link = link;
    this.database = cluster.system.database;
  }

  static async found(options: ClusterOptions): Promise<Candidates> {
    const cluster = await TestCluster.found(options);
    try {
      const token = await cluster.furnish();
      const nodes = [cluster.master];
      for (const name of OTHERS) {
        const node = await cluster.join(name, "candidate");
        await node.start();
        nodes.push(node);
      }
      const all = new Candidates(cluster, nodes, token, options.link);
      await all.serving();
      return all;
    } catch (error) {
      await cluster.discard();
      throw error;
    }
  }

  discard(): Promise<void> {
    return this.#cluster.discard();
  }

  /** Waits until every node reads and seals, and one and no other is master secret server. */
  async serving(): Promise<ClusterProcess> {
    return eventually(`three nodes that serve\n${this.said}`, SOON_MS, async () => {
      const views = await Promise.all(this.nodes.map(viewOf));
      const areServing = views.every((view) => view?.health.canRead && view.health.canSeal);
      const masters = views.filter((view) => view?.health.isMaster);
      const [master] = masters;
      return areServing && masters.length === 1 && master?.nodeId === (await this.fence()).nodeId
        ? this.nodes[views.indexOf(master)]
        : undefined;
    });
  }

  /** Waits until one of these is master secret server. */
  async takeoverBy(nodes: readonly ClusterProcess[]): Promise<ClusterProcess> {
    return eventually(`one of them to take over\n${this.said}`, SOON_MS, async () => {
      const views = await Promise.all(nodes.map(viewOf));
      return nodes[views.findIndex((view) => view?.health.isMaster)];
    });
  }

  /** A planned move of the role to this node, which must have become master secret server. */
  async move(to: ClusterProcess): Promise<void> {
    const from = await this.serving();
    if (from === to) {
      return;
    }
    const json = { node: (await to.status()).nodeId };
    const { status, body } = await from.ask({ method: "POST", path: "/v1/master/move", json });
    assert.equal(status, 200, body);
    await to.until("to be moved to", ({ health }) => health.isMaster);
  }

  async fence(): Promise<Fence> {
    const [row] = await this.database.query(
      "select fence.epoch, node_id, expires_at_ms from fence, lease",
    );
    return {
      epoch: BigInt(String(row?.["epoch"])),
      nodeId: String(row?.["node_id"]),
      expiresAtMs: Number(row?.["expires_at_ms"]),
    };
  }

  get said(): string {
    return this.nodes.map(({ name, said }) => `--- ${name}\n${said}`).join("\n");
  }
}

function viewOf(node: ClusterProcess) {
  return node.status().catch(() => undefined); // it does not run
}
