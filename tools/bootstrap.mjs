/**
 * Runs a command of this repository under Node 24, on a machine that has only Node 18 or later and
 * npm. Plain JavaScript without dependencies, because it runs before anything is installed.
 *
 *   node tools/bootstrap.mjs COMMAND ARGS…
 *
 * COMMAND is a file of the repository (`tools/test.ts`) or the name of an installed tool (`tsc`).
 * The npm scripts contain nothing else: `sh` remembers where it found `node`, so a second command
 * in the same script would still run under the host's.
 */
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as tty from "node:tty";
import { fileURLToPath } from "node:url";

const NODE_MAJOR_MIN = 24;
const LOCK_POLL_MS = 200;
const LOCK_WAIT_MS_MAX = 600_000;

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const modules = path.join(root, "node_modules");
const bin = path.join(modules, ".bin");
const stampFile = path.join(modules, ".chatelaine-lock");
const installLock = path.join(root, ".bootstrap-lock");

/** A reason to stop that the user can act on; printed as one line. */
class Refusal extends Error {}

async function main(command, args) {
  if (command === undefined) {
    throw new Refusal("usage: node tools/bootstrap.mjs COMMAND ARGS…");
  }
  if (!isInstalled()) {
    await underInstallLock(() => isInstalled() || install());
  }
  const node = chooseNode();
  linkNode(node);
  run(node, [...commandFor(command), ...args]);
}

/** What node_modules must have been made from: the lockfile, for this platform. */
function wantedStamp() {
  const lockfile = fs.readFileSync(path.join(root, "package-lock.json"));
  const hash = createHash("sha256").update(lockfile).digest("hex");
  return `${hash} ${process.platform}-${process.arch}\n`;
}

function isInstalled() {
  if (readIfPresent(stampFile) === wantedStamp()) {
    return true;
  }
  if (!npmAgreesWithLockfile()) {
    return false;
  }
  // Someone ran `npm ci` by hand; another user's node_modules works as well without the stamp.
  tryTo(() => fs.writeFileSync(stampFile, wantedStamp()));
  return true;
}

/** Whether the record npm keeps of node_modules names what the lockfile names for this platform. */
function npmAgreesWithLockfile() {
  const record = readIfPresent(path.join(modules, ".package-lock.json"));
  if (record === undefined) {
    return false;
  }
  const installed = JSON.parse(record).packages;
  const lockfile = readIfPresent(path.join(root, "package-lock.json"));
  const wanted = JSON.parse(lockfile ?? "{}").packages ?? {};
  const isSame = (name) =>
    installed[name]?.version === wanted[name]?.version &&
    installed[name]?.integrity === wanted[name]?.integrity;
  const isNeeded = (name) =>
    name !== "" && (!wanted[name].optional || isForThisPlatform(wanted[name]));
  return (
    Object.keys(wanted).filter(isNeeded).every(isSame) &&
    Object.keys(installed).every((name) => isSame(name) && fs.existsSync(path.join(root, name)))
  );
}

/** Optional packages are those of one platform; which `libc` one asks for is left to npm. */
function isForThisPlatform({ os: systems, cpu: processors, libc }) {
  return (
    libc === undefined &&
    systems?.includes(process.platform) === true &&
    processors?.includes(process.arch) === true
  );
}

function install() {
  console.error("chatelaine: installing the packages of package-lock.json (npm ci, once)");
  requireWritableModules();
  const flags = [
    "ci",
    "--include=dev",
    "--include=optional",
    "--ignore-scripts",
    "--loglevel=error",
    "--no-update-notifier",
  ];
  const [command, ...first] = npmCommand();
  const result = spawnSync(command, [...first, ...flags], {
    cwd: root,
    env: npmEnvironment(),
    // Standard output belongs to the command that is run afterwards.
    stdio: ["ignore", 2, 2],
  });
  if (result.error !== undefined) {
    throw new Refusal(
      `npm cannot be started (${result.error.message}); install it, or add it to PATH`,
    );
  }
  if (result.status !== 0) {
    throw new Refusal(
      `npm ci failed (${String(result.status ?? result.signal)}); its message is above`,
    );
  }
  fs.writeFileSync(stampFile, wantedStamp());
}

/** The npm that runs this script, so that its settings and version are the user's. */
function npmCommand() {
  const running = process.env.npm_execpath;
  return running !== undefined && path.basename(running) === "npm-cli.js"
    ? [process.execPath, running]
    : ["npm"];
}

/**
 * npm keeps its cache below the home directory, which service accounts do not have; under
 * `npm test` it has already put that place into the environment.
 */
function npmEnvironment() {
  const home = process.env.HOME ?? tryTo(() => os.homedir()) ?? path.sep;
  const cache = process.env.npm_config_cache ?? path.join(home, ".npm");
  if (canWrite(nearestExisting(cache))) {
    return process.env;
  }
  const own = `chatelaine-npm-${String(process.getuid?.() ?? "cache")}`;
  return { ...process.env, npm_config_cache: path.join(os.tmpdir(), own) };
}

function nearestExisting(place) {
  return fs.existsSync(place) || path.dirname(place) === place
    ? place
    : nearestExisting(path.dirname(place));
}

function requireWritableModules() {
  if (canWrite(root) && canWrite(nearestExisting(modules))) {
    return;
  }
  throw new Refusal(
    `node_modules is out of date and not yours to write; run "npm ci" as its owner, or make a clone of your own`,
  );
}

/** Two commands started together install once: the second waits for the first. */
async function underInstallLock(work) {
  requireWritableModules();
  const deadline = Date.now() + LOCK_WAIT_MS_MAX;
  for (let isFirst = true; !takeInstallLock(); isFirst = false) {
    if (isFirst) {
      console.error("chatelaine: waiting for another installation in this clone");
    }
    if (Date.now() > deadline) {
      throw new Refusal(
        `another installation does not end; remove ${path.basename(installLock)} if there is none`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, LOCK_POLL_MS));
  }
  try {
    work();
  } finally {
    // Only what is ours: between the two steps another process may take the empty lock.
    fs.rmSync(path.join(installLock, String(process.pid)), { force: true });
    tryTo(() => fs.rmdirSync(installLock));
  }
}

/** The lock is a directory that holds its owner's pid as a file name: made in one step, or not. */
function takeInstallLock() {
  const mine = fs.mkdtempSync(`${installLock}-`);
  fs.writeFileSync(path.join(mine, String(process.pid)), "");
  try {
    fs.renameSync(mine, installLock);
    return true;
  } catch {
    fs.rmSync(mine, { recursive: true, force: true });
    dropLockOfDeadOwner();
    return false;
  }
}

/** Removing the pid file of a dead owner is harmless twice; an empty lock can be renamed over. */
function dropLockOfDeadOwner() {
  for (const pid of tryTo(() => fs.readdirSync(installLock)) ?? []) {
    if (!isAlive(Number(pid))) {
      tryTo(() => fs.rmSync(path.join(installLock, pid)));
    }
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

/** The Node from npm where it runs (glibc on x64 and arm64), else the host's if new enough. */
function chooseNode() {
  const packaged = path.join(modules, `node-${process.platform}-${process.arch}`, "bin", "node");
  const packagedMajor = majorOf(packaged);
  if (packagedMajor !== undefined && packagedMajor >= NODE_MAJOR_MIN) {
    return packaged;
  }
  if (Number.parseInt(process.versions.node, 10) >= NODE_MAJOR_MIN) {
    return process.execPath;
  }
  const found =
    packagedMajor === undefined
      ? "npm brought none that runs here"
      : `npm brought ${String(packagedMajor)}`;
  throw new Refusal(
    `Node ${String(NODE_MAJOR_MIN)} or later is needed: this is ${process.versions.node}, and ${found}; install Node ${String(NODE_MAJOR_MIN)}`,
  );
}

function majorOf(node) {
  const result = spawnSync(node, ["--version"], { encoding: "utf8" });
  return result.status === 0 ? Number.parseInt(result.stdout.slice(1), 10) : undefined;
}

/** npm 10 makes no link, and says nothing, where two packages bring a `node`. */
function linkNode(node) {
  const link = path.join(bin, "node");
  if (tryTo(() => fs.realpathSync(link)) === fs.realpathSync(node)) {
    return;
  }
  const target = node.startsWith(modules + path.sep) ? path.relative(bin, node) : node;
  const fresh = `${link}-${String(process.pid)}`;
  try {
    fs.symlinkSync(target, fresh);
    fs.renameSync(fresh, link);
  } catch (error) {
    throw new Refusal(
      `node_modules/.bin/node cannot be made (${error.code}); run this once as the owner of the clone`,
    );
  }
}

function commandFor(command) {
  if (/\.(ts|mjs|js)$/.test(command)) {
    return [path.resolve(root, command)];
  }
  const tool = tryTo(() => fs.realpathSync(path.join(bin, command)));
  if (tool === undefined) {
    throw new Refusal(`there is no tool "${command}" in node_modules/.bin`);
  }
  return [tool];
}

function run(node, args) {
  const searchPath = [bin, path.dirname(node), process.env.PATH].join(path.delimiter);
  const child = spawn(node, args, { stdio: "inherit", env: { ...process.env, PATH: searchPath } });
  const handlers = forwardSignals(child);
  child.on("error", (error) => fail(new Refusal(error.message)));
  child.on("exit", (code, signal) => {
    for (const [name, handler] of handlers) {
      process.removeListener(name, handler);
    }
    if (signal !== null) {
      process.kill(process.pid, signal);
    } else {
      process.exitCode = code ?? 1;
    }
  });
}

/**
 * Each signal goes to the child once. An interrupt or hang-up from a terminal reaches the whole
 * process group, the child included, and would count there as the second one.
 */
function forwardSignals(child) {
  const isTerminal = [0, 1, 2].some((descriptor) => tty.isatty(descriptor));
  return ["SIGINT", "SIGTERM", "SIGHUP"].map((name) => {
    let isForwarded = isTerminal && name !== "SIGTERM";
    const handler = () => {
      if (!isForwarded) {
        isForwarded = true;
        child.kill(name);
      }
    };
    process.on(name, handler);
    return [name, handler];
  });
}

function readIfPresent(file) {
  return tryTo(() => fs.readFileSync(file, "utf8"));
}

function canWrite(place) {
  return tryTo(() => fs.accessSync(place, fs.constants.W_OK) ?? true) ?? false;
}

/** The result, or undefined where the file system refuses. */
function tryTo(work) {
  try {
    return work();
  } catch {
    return undefined;
  }
}

function fail(error) {
  console.error(error instanceof Refusal ? `chatelaine: ${error.message}` : error);
  process.exitCode = 1;
}

main(process.argv[2], process.argv.slice(3)).catch(fail);
