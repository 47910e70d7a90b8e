/** A node of the built file with a Config Store application, and who may reveal its items. */
import { createServer, type AddressInfo } from "node:net";
import * as path from "node:path";
import {
  APPLICATION,
  identifierOf,
  NEW_APPLICATION,
  NEW_TOKEN,
  propertiesOf,
} from "./bench-items.ts";
import { initSystem } from "./built-program.ts";
import { encodeRequest, HttpLoad, type Target } from "./http-load.ts";
import { NodeProcess } from "./node-process.ts";

const HOST = "127.0.0.1";

export class NodeUnderLoad {
  readonly stateDirectory: string;
  readonly socket: Target;
  readonly loopback: Target;
  readonly #program: string;
  readonly #port: number;
  #process: NodeProcess;
  #bearer = "";

  private constructor(program: string, stateDirectory: string, port: number) {
    this.#program = program;
    this.#port = port;
    this.stateDirectory = stateDirectory;
    this.socket = { path: path.join(stateDirectory, "node.sock") };
    this.loopback = { host: HOST, port };
    this.#process = NodeProcess.start(program, stateDirectory, port);
  }

  /** Makes a system in the directory, on SQLite unless a URL is given, and starts its node. */
  static async start(
    program: string,
    directory: string,
    databaseUrl?: string,
  ): Promise<NodeUnderLoad> {
    const stateDirectory = initSystem(program, directory, databaseUrl);
    const node = new NodeUnderLoad(program, stateDirectory, await freePort());
    try {
      await node.#process.until(({ canSeal }) => canSeal);
      await node.#post("/v1/applications", NEW_APPLICATION);
      const made = await node.#post("/v1/tokens", NEW_TOKEN);
      node.#bearer = (JSON.parse(made) as { readonly token: string }).token;
      return node;
    } catch (error) {
      await node.stop();
      throw error;
    }
  }

  get process(): NodeProcess {
    return this.#process;
  }

  /** Of an API token that may read and reveal the items. */
  get bearer(): string {
    return this.#bearer;
  }

  /** The same system in a new process, which is ready. */
  async restart(): Promise<void> {
    await this.stop();
    this.#process = NodeProcess.start(this.#program, this.stateDirectory, this.#port);
    await this.#process.until(({ canSeal }) => canSeal);
  }

  stop(): Promise<void> {
    return this.#process.stop();
  }

  /** Over the socket, as the local administrator. */
  setRequest(identifier: string, index: number): Buffer {
    const json = { properties: propertiesOf(index) };
    const where = `${ROUTES}/items/${encodeURIComponent(identifier)}`;
    return encodeRequest(this.socket, { method: "PATCH", path: where, json });
  }

  getRequest(target: Target, index: number): Buffer {
    return this.#get(target, `items/${encodeURIComponent(identifierOf(index))}`);
  }

  revealRequest(target: Target, index: number): Buffer {
    return this.#get(target, `revealed-items/${encodeURIComponent(identifierOf(index))}`);
  }

  batchRevealRequest(target: Target, indexes: readonly number[]): Buffer {
    const { bearer } = this;
    const json = { identifiers: indexes.map(identifierOf) };
    return encodeRequest(target, { method: "POST", path: `${ROUTES}/batch-reveal`, bearer, json });
  }

  #get(target: Target, where: string): Buffer {
    const { bearer } = this;
    return encodeRequest(target, { method: "GET", path: `${ROUTES}/${where}`, bearer });
  }

  #post(route: string, json: unknown): Promise<string> {
    return askOnce(this.socket, encodeRequest(this.socket, { method: "POST", path: route, json }));
  }
}

const ROUTES = `/v1/applications/${APPLICATION}`;

/** The body of the answer to one request, on a connection of its own. */
export async function askOnce(target: Target, request: Buffer): Promise<string> {
  const load = await HttpLoad.open(target, 1);
  try {
    return await load.ask(request);
  } finally {
    load.close();
  }
}

/** One that was free a moment ago: the node says its port only in a log that is not written. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen({ host: HOST, port: 0 }, resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
