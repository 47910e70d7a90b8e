/**
 * A transaction pooler for tests: the distribution's pgbouncer, on a free loopback port, before a
 * PostgreSQL. After each transaction the connection to the server goes to whoever needs one next.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { freePort, serverUser } from "./test-postgres.ts";
import { ToolError } from "./tool-error.ts";

const PROGRAM = "pgbouncer";
/** Where Debian has it; an ordinary user's path may lack the folder. */
const SERVER_PROGRAMS = "/usr/sbin";
const READY = "process up";
const PORT_ATTEMPTS_MAX = 5;
/** Fewer than a node has sessions, so that they really share them. */
const SERVER_CONNECTIONS = 4;

export interface PoolerOptions {
  /** A user of the server, as a URL names it with its password, whom the pooler lets in. */
  readonly server: string;
  /** Further users, with the same password. */
  readonly users?: readonly string[];
}

export class TestPooler {
  readonly #directory: string;
  readonly #process: ChildProcess;
  readonly #url: string;
  readonly #kill: () => void;

  private constructor(directory: string, pooler: ChildProcess, url: string) {
    this.#directory = directory;
    this.#process = pooler;
    this.#url = url;
    this.#kill = () => {
      pooler.kill("SIGKILL");
      fs.rmSync(directory, { recursive: true, force: true });
    };
    process.once("exit", this.#kill);
  }

  static async start(options: PoolerOptions): Promise<TestPooler> {
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), "chatelaine-pooler-"));
    for (let attempt = 1; ; attempt += 1) {
      const port = await freePort();
      const pooler = run(directory, writeFiles(directory, options, port));
      const problem = await readiness(pooler);
      if (problem === undefined) {
        const url = new URL(options.server);
        url.port = String(port);
        return new TestPooler(directory, pooler, url.href);
      }
      // Between choosing a port and binding it, another process may have taken it.
      if (attempt === PORT_ATTEMPTS_MAX || !problem.includes("address already in use")) {
        fs.rmSync(directory, { recursive: true, force: true });
        throw new ToolError(`pgbouncer did not start:\n${problem}`);
      }
    }
  }

  /** As the server's, but through the pooler. */
  get url(): string {
    return this.#url;
  }

  /** To the server, for each user and database. */
  get connectionsMax(): number {
    return SERVER_CONNECTIONS;
  }

  async stop(): Promise<void> {
    process.removeListener("exit", this.#kill);
    const ended = once(this.#process, "exit");
    this.#process.kill("SIGTERM"); // at once: clients are disconnected
    await ended;
    fs.rmSync(this.#directory, { recursive: true, force: true });
  }
}

/** Returns the path of the settings. */
function writeFiles(directory: string, options: PoolerOptions, port: number): string {
  const { hostname, port: serverPort, username, password } = new URL(options.server);
  const users = [username, ...(options.users ?? [])];
  const userFile = write(
    directory,
    "users",
    users.map((user) => `"${user}" "${password}"\n`),
  );
  return write(directory, "pgbouncer.ini", [
    "[databases]\n",
    `* = host=${hostname} port=${serverPort}\n`,
    "[pgbouncer]\n",
    "listen_addr = 127.0.0.1\n",
    `listen_port = ${String(port)}\n`,
    "unix_socket_dir =\n",
    "auth_type = scram-sha-256\n",
    `auth_file = ${userFile}\n`,
    "pool_mode = transaction\n",
    `default_pool_size = ${String(SERVER_CONNECTIONS)}\n`,
    "server_idle_timeout = 2\n",
    "server_login_retry = 0.1\n",
  ]);
}

function write(directory: string, name: string, lines: readonly string[]): string {
  const file = path.join(directory, name);
  fs.writeFileSync(file, lines.join(""), { mode: 0o600 });
  const user = serverUser();
  if (user !== undefined) {
    fs.chownSync(directory, user.uid, user.gid);
    fs.chownSync(file, user.uid, user.gid);
  }
  return file;
}

function run(directory: string, settings: string): ChildProcess {
  return spawn(PROGRAM, [settings], {
    ...serverUser(),
    cwd: directory,
    env: { PATH: `${process.env["PATH"] ?? ""}:${SERVER_PROGRAMS}` },
    // A group of its own: an interrupt at the terminal stops the tests, which then stop the pooler.
    detached: true,
    stdio: ["ignore", "ignore", "pipe"],
  });
}

/** Waits until it listens; returns its log if it ends instead. */
async function readiness(pooler: ChildProcess): Promise<string | undefined> {
  let log = "";
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  pooler.stderr?.setEncoding("utf8").on("data", (text: string) => {
    log = (log + text).slice(-20_000);
    if (log.includes(READY)) {
      resolve(undefined);
    }
  });
  pooler.once("error", (error) => {
    resolve(error.message);
  });
  pooler.once("exit", () => {
    resolve(log);
  });
  return promise;
}
