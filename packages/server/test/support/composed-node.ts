import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import { initSystem } from "../../src/app/init-system.ts";
import { startNode, type RunningNode } from "../../src/app/start-node.ts";
import { StateDirectory } from "../../src/app/state-directory.ts";
import { databaseLocation } from "../../src/app/database-location.ts";
import { makeLogger } from "../../src/platform/logger.ts";
import { pause, systemScheduler } from "../../src/platform/scheduler.ts";
import { HttpClient, type Answer, type Ask, type Target } from "./http-client.ts";
import {
  EFFECTS,
  MemoryFile,
  MemoryStateDirectory,
  PASSPHRASE,
  secret,
  startTestNode,
  type TestNode,
} from "./test-system.ts";

const MASTER_MS_MAX = 10_000;
const LOOK_MS = 10;

/** A directory, and a database of its own, for one system. */
export interface NodePlace {
  readonly directory: string;
  /** PostgreSQL; undefined: SQLite, in the state directory. */
  readonly databaseUrl: string | undefined;
  discard(): Promise<void>;
}

export async function sqliteNodePlace(): Promise<NodePlace> {
  const directory = await mkdtemp(join(tmpdir(), "chatelaine-node-"));
  return {
    directory,
    databaseUrl: undefined,
    discard: () => rm(directory, { recursive: true }),
  };
}

/** On the server of that URL, in a database of this name. */
export async function postgresNodePlace(serverUrl: string, name: string): Promise<NodePlace> {
  const directory = await mkdtemp(join(tmpdir(), "chatelaine-node-"));
  await asSuperuser(serverUrl, `create database ${name}`);
  const url = new URL(serverUrl);
  url.pathname = name;
  return {
    directory,
    databaseUrl: url.href,
    discard: async () => {
      await asSuperuser(serverUrl, `drop database ${name} with (force)`);
      await rm(directory, { recursive: true });
    },
  };
}

export async function asSuperuser(url: string, statement: string): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => undefined });
  try {
    await sql.unsafe(statement);
  } finally {
    await sql.end();
  }
}

/** A whole node as users run it: state directory, database, both listeners, its log. */
export class ComposedNode {
  readonly place: NodePlace;
  /** Every line that the node has logged. */
  readonly logged: string[];
  readonly #client = new HttpClient();
  readonly #node: RunningNode;
  #isStopped = false;

  private constructor(place: NodePlace, node: RunningNode, logged: string[]) {
    this.place = place;
    this.#node = node;
    this.logged = logged;
  }

  /** `furnish` works on the new system before the node starts. */
  static async start(
    place: NodePlace,
    furnish: (node: TestNode) => Promise<void> = () => Promise.resolve(),
  ): Promise<ComposedNode> {
    await init(place);
    await furnishSystem(place, furnish);
    const logged: string[] = [];
    withoutRunnersOptions();
    const node = await startNode({
      stateDirectory: stateDirectoryOf(place),
      settings: ["listen=127.0.0.1:0", "log.level=debug"],
      software: "test",
      makeLogger: (level) => makeLogger({ write: (line) => logged.push(line) }, level),
      nodeOptions: undefined,
    });
    await node.opened;
    await becomesMaster(node);
    return new ComposedNode(place, node, logged);
  }

  get socket(): Target {
    return { socketPath: new StateDirectory(stateDirectoryOf(this.place)).socketPath };
  }

  get loopback(): Target {
    return { host: "127.0.0.1", port: Number(new URL(this.#node.url).port) };
  }

  send(target: Target, ask: Ask): Promise<Answer> {
    return this.#client.send(target, ask);
  }

  /** Also if it was stopped before. */
  async stop(): Promise<void> {
    if (!this.#isStopped) {
      this.#isStopped = true;
      this.#client.close();
      await this.#node.stop();
    }
  }
}

export function stateDirectoryOf({ directory }: NodePlace): string {
  return join(directory, "s");
}

/** The test runner gives its processes every option of Node's by name, also those a node refuses. */
function withoutRunnersOptions(): void {
  process.execArgv = [];
}

async function init(place: NodePlace): Promise<void> {
  using passphrase = secret(PASSPHRASE);
  await initSystem({
    stateDirectory: stateDirectoryOf(place),
    databaseUrl: place.databaseUrl,
    databaseFile: undefined,
    backupFile: join(place.directory, "first.age"),
    passphrase,
    place: "chosen",
    nodeName: "first",
  });
}

async function furnishSystem(
  place: NodePlace,
  furnish: (node: TestNode) => Promise<void>,
): Promise<void> {
  const stored = new StateDirectory(stateDirectoryOf(place));
  const directory = new MemoryStateDirectory();
  directory.self = await stored.self();
  directory.seen = await stored.load();
  const location = await databaseLocation(EFFECTS, await stored.locator(), () =>
    stored.databaseUrl(),
  );
  const testPlace = { path: stored.path, location, discard: () => undefined };
  const node = await startTestNode({
    place: testPlace,
    directory,
    backupFile: new MemoryFile(),
  });
  try {
    await furnish(node);
  } finally {
    await node.stop();
  }
}

async function becomesMaster(node: RunningNode): Promise<void> {
  const startedAt = EFFECTS.clock.monotonic();
  while (!node.health().isMaster) {
    if (EFFECTS.clock.monotonic() - startedAt > MASTER_MS_MAX) {
      throw new TypeError("the node did not become master secret server");
    }
    await pause(systemScheduler, LOOK_MS);
  }
}
