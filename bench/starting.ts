/** From the start of the process to a node that answers, and the memory it then takes. */
import { buildInto, initSystem, runNode, SOURCE_PROGRAM, withDirectory } from "./built-program.ts";
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

interface Way {
  readonly name: string;
  readonly program: string;
  readonly stateDirectory: string;
  readonly readyMs: number[];
  readonly masterMs: number[];
  readonly residentMib: number[];
}

export function measureStart(): Promise<StartMeasurement> {
  return withDirectory(async (directory) => {
    const ways = [
      newWay(directory, BUILT, buildInto(directory)),
      newWay(directory, "from source", SOURCE_PROGRAM),
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
  });
}

/** With a system of its own. */
function newWay(directory: string, name: string, program: string): Way {
  const stateDirectory = initSystem(program, directory);
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
  runNode(["--eval", "0"]);
  return performance.now() - start;
}
