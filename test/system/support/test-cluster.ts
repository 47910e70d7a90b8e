import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { ClusterProcess } from "./cluster-process.ts";
import type { CuttableLink } from "./cuttable-link.ts";
import { freePort } from "./free-port.ts";
import { runToSuccess } from "./program.ts";
import type { TestDatabase } from "./test-database.ts";
import { TestSystem } from "./test-system.ts";

export interface ClusterOptions {
  readonly database?: (directory: string) => TestDatabase;
  /** Of every node, `NAME=VALUE`. */
  readonly settings: readonly string[];
  /** Where the first node runs; absent: beside the others. */
  readonly link?: CuttableLink;
}

const LOOPBACK = "127.0.0.1";
export const APPLICATION = "Orders";
export const ITEM = "db/main";

/**
 * A system of several nodes, made with the commands that an operator gives: one candidate, which
 * is the master secret server, and whoever joins it.
 */
export class TestCluster {
  readonly system: TestSystem;
  readonly master: ClusterProcess;
  readonly #options: ClusterOptions;
  readonly #nodes: ClusterProcess[] = [];

  private constructor(options: ClusterOptions, system: TestSystem, master: ClusterProcess) {
    this.#options = options;
    this.system = system;
    this.master = master;
    this.#nodes.push(master);
  }

  /** Founds the system and starts its first node. */
  static async found(options: ClusterOptions): Promise<TestCluster> {
    const { link, settings } = options;
    const system = new TestSystem(options.database);
    const listen = link?.listen ?? `${LOOPBACK}:${await freePort()}`;
    const advertise = link?.advertise ?? listen;
    await system.init();
    if (link !== undefined && system.database.kind === "postgres") {
      const url = await link.databaseUrl(system.database.place);
      writeFileSync(`${system.state}/database-url`, `${url}\n`);
    }
    const master = await ClusterProcess.of({
      name: "master",
      stateDirectory: system.state,
      settings: [...settings, `cluster.listen=${listen}`, `cluster.advertise=${advertise}`],
      ...(link !== undefined && { under: link.under }),
    });
    const cluster = new TestCluster(options, system, master);
    await master.start();
    await master.until("to be master secret server", ({ health }) => health.isMaster);
    await master.until("to have its address", ({ charterSerial }) => charterSerial === "2");
    return cluster;
  }

  /** Makes a node of a new machine, invited by the one that is given; it does not run yet. */
  async join(
    name: string,
    role: "member" | "candidate" = "member",
    master = this.master,
  ): Promise<ClusterProcess> {
    const { system } = this;
    const token = system.path(`${name}-token`);
    const stateDirectory = system.path(name);
    const address = `${this.#options.link?.othersHost ?? LOOPBACK}:${await freePort()}`;
    const on = ["--state-dir", master.stateDirectory];
    await runToSuccess(["node", "invite", "--role", role, "--to", token, ...on]);
    await runToSuccess([
      ...["join", "--token-file", token, "--advertise", address],
      ...["--state-dir", stateDirectory, ...system.database.options, "--name", name],
    ]);
    const node = await ClusterProcess.of({
      name,
      stateDirectory,
      settings: this.#options.settings,
    });
    this.#nodes.push(node);
    return node;
  }

  /** An application with one item; returns an API token that may do everything with it. */
  async furnish(): Promise<string> {
    const on = ["--state-dir", this.master.stateDirectory];
    const fields = ["--field", "Host", "--field", "Password:masked"];
    await runToSuccess([
      ...["application", "create", APPLICATION, "--type", "config-store", "--enable"],
      ...fields,
      ...on,
    ]);
    await runToSuccess(["config", "set", APPLICATION, ITEM, "Host=db1", ...on]);
    const file = this.system.path("api-token");
    const kind = ["--kind", "admin", "--may-reveal", "--name", "test"];
    await runToSuccess(["token", "create", ...kind, "--to", file, ...on]);
    return readFileSync(file, "utf8").trim();
  }

  /** Ends every process and removes everything. */
  async discard(): Promise<void> {
    for (const node of this.#nodes.toReversed()) {
      if (existsSync(node.stateDirectory)) {
        await node.stop("SIGKILL").catch(() => undefined); // it does not run
      }
    }
    await this.system.discard();
  }
}
