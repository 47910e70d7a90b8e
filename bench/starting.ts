/** From the start of the process to a node that answers, and the memory it then takes. */
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { ROOT } from "../tools/project-files.ts";
import { ToolError } from "../tools/tool-error.ts";
import { NodeProcess, pause } from "./node-process.ts";
import { type Spread, spreadOf } from "./spread.ts";

/** Of one way to start the program, on SQLite. */
export interface StartFigures {
  readonly name: string;
  readonly rounds: number;
  /** Until `/readyz` answers 200. */
  readonly readyMs: Spread;
  /** Until it also is the master secret server. */
  readonly masterMs: Spread;
  /** When it is the master secret server; undefined where the system does not tell. */
  readonly residentMib: Spread | undefined;
  /** Of the last round, after `IDLE_MS` without a request. */
  readonly idleResidentMib: number | undefined;
}

export interface StartMeasurement {
  readonly starts: readonly StartFigures[];
  /** A Node that does nothing: the part of a start which is not ours. */
  readonly emptyProgramMs: Spread;
}

export const BUILT = "built file";
const ROUNDS = 10;
const IDLE_MS = 5000;
const PASSPHRASE = "not a secret: a passphrase for figures\n";

interface Way {
  readonly name: string;
  readonly program: string;
  readonly stateDirectory: string;
  readonly readyMs: number[];
  readonly masterMs: number[];
  readonly residentMib: number[];
}

export async function measureStart(): Promise<StartMeasurement> {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "chatelaine-bench-"));
  try {
    const ways = [
      newWay(directory, BUILT, path.join(buildInto(directory), "chatelaine.js")),
      newWay(directory, "from source", path.join(ROOT, "packages/cli/src/main.ts")),
    ];
    const emptyProgramMs: number[] = [];
    const idle = new Map<string, number | undefined>();
    for (let round = 1; round <= ROUNDS; round += 1) {
      emptyProgramMs.push(runEmptyProgram());
      for (const way of ways) {
        idle.set(way.name, await startOnce(way, round === ROUNDS ? IDLE_MS : 0));
      }
    }
    return {
      starts: ways.map((way) => figuresOf(way, idle.get(way.name))),
      emptyProgramMs: spreadOf(emptyProgramMs),
    };
  } finally {
    fs.rmSync(directory, { recursive: true });
  }
}

/** A copy, since `dist/` is not ours alone; it also shows that nothing else is needed. */
function buildInto(directory: string): string {
  run([path.join(ROOT, "tools/build.ts")]);
  const built = path.join(directory, "dist");
  fs.cpSync(path.join(ROOT, "dist"), built, { recursive: true });
  return built;
}

/** Makes a system for it. */
function newWay(directory: string, name: string, program: string): Way {
  const place = fs.mkdtempSync(path.join(directory, "system-"));
  const stateDirectory = path.join(place, "state");
  const passphraseFile = path.join(place, "passphrase");
  fs.writeFileSync(passphraseFile, PASSPHRASE, { mode: 0o600 });
  const backupFile = path.join(place, "backup.age");
  run([
    ...[program, "init", "--state-dir", stateDirectory],
    ...["--backup-to", backupFile, "--passphrase-file", passphraseFile],
  ]);
  return { name, program, stateDirectory, readyMs: [], masterMs: [], residentMib: [] };
}

/** Gives the memory after the idle time. */
async function startOnce(way: Way, idleMs: number): Promise<number | undefined> {
  const node = NodeProcess.start(way.program, way.stateDirectory);
  try {
    way.readyMs.push(await node.until((_, status) => status === 200));
    way.masterMs.push(await node.until(({ isMaster }) => isMaster));
    way.residentMib.push(node.residentMib() ?? NaN);
    await pause(idleMs);
    return node.residentMib();
  } finally {
    await node.stop();
  }
}

function figuresOf(way: Way, idleResidentMib: number | undefined): StartFigures {
  return {
    name: way.name,
    rounds: ROUNDS,
    readyMs: spreadOf(way.readyMs),
    masterMs: spreadOf(way.masterMs),
    residentMib: idleResidentMib === undefined ? undefined : spreadOf(way.residentMib),
    idleResidentMib,
  };
}

function runEmptyProgram(): number {
  const start = performance.now();
  run(["--eval", "0"]);
  return performance.now() - start;
}

function run(args: readonly string[]): void {
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  if (status !== 0) {
    throw new ToolError(`${args.join(" ")} failed:\n${stderr}`);
  }
}
