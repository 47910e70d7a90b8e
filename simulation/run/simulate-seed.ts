import type { NodeRole } from "@chatelaine/crypto";
import {
  hpkeSealing,
  type KeyringSealing,
} from "../../packages/server/src/domain/keyring/keyring-sealing.ts";
import { STEADY_PATH } from "../database/database-path.ts";
import { ParsedStatements } from "../database/parsed-statements.ts";
import { simulatedLocation } from "../database/simulated-location.ts";
import { SimulatedServer } from "../database/simulated-server.ts";
import { Life } from "../engine/life.ts";
import { runEvents } from "../engine/run-events.ts";
import { SeededRandom } from "../engine/seeded-random.ts";
import { VirtualTime } from "../engine/virtual-time.ts";
import { chooseFault, heal } from "../faults/faults.ts";
import { Rogue } from "../faults/rogue.ts";
import type { Stage } from "../faults/stage.ts";
import { Links } from "../network/links.ts";
import { Deaths } from "../network/deaths.ts";
import { Processes } from "../network/process.ts";
import { Administration } from "../node/administration.ts";
import { Envelopes } from "../node/envelopes.ts";
import { prepareSystem } from "../node/founding.ts";
import { type NodeProcess, SimulatedNode } from "../node/simulated-node.ts";
import { Workload } from "../node/workload.ts";
import type { World } from "../node/world.ts";
import { HistoryChecker } from "../promises/history.ts";
import { Ledger } from "../promises/ledger.ts";
import { NodeChecker } from "../promises/node-checker.ts";
import { Transcript } from "../transcript/transcript.ts";
import { Tally } from "./tally.ts";

export interface RunResult {
  readonly seed: number;
  /** Promises that were broken, in order. */
  readonly violations: readonly string[];
  readonly counts: Readonly<Record<string, number>>;
  readonly transcript: readonly string[];
  readonly events: number;
}

const ROLES: readonly NodeRole[] = ["candidate", "candidate", "candidate", "member"];
const START_MS = 6000;
const FAULTS_MS = 16_000;
/** How long everything has to recover, and how long it is looked at in any case. */
const HEALED_MS = 14_000;
const HEALED_MS_MIN = 2500;
const FAULTS_MAX = 6;
const VIOLATIONS_MAX = 5;
const MINUTE_MS = 60_000;
const SECOND_MS = 1000;
/** Of each node; it has a few connections, and asks again no faster than its pauses let it. */
const CONNECTS_PER_SECOND_MAX = 12;
/** A mastership per confirmed expiry is the most there can be, and each start may claim. */
const CLAIMS_PER_MINUTE_MAX = 40;
/** Keyrings are really sealed in one run of so many. */
const RUNS_WITH_HPKE = 8;

export interface RunOptions {
  /** Faults that are to be chosen more often, which makes another run of the seed. */
  readonly focus?: readonly string[];
  /** Shared with other runs, to parse less. */
  readonly parsed?: ParsedStatements;
}

/** Plays one run, which the seed and the focus decide. */
export async function simulateSeed(
  seed: number,
  { focus = [], parsed = new ParsedStatements() }: RunOptions = {},
): Promise<RunResult> {
  const run = new Run(seed, { focus, parsed });
  await run.play();
  return run.result();
}

class Run {
  readonly #time = new VirtualTime();
  readonly #seed: number;
  readonly #parsed: ParsedStatements;
  readonly #random: SeededRandom;
  readonly #focus: readonly string[];
  readonly #tally = new Tally();
  readonly #transcript = new Transcript(this.#time);
  readonly #violations: string[] = [];
  /** Whether faults and calls have ended. */
  #isOver = false;
  #checks: () => void = () => undefined;

  constructor(seed: number, { focus, parsed }: Required<RunOptions>) {
    this.#seed = seed;
    this.#parsed = parsed;
    this.#focus = focus;
    this.#random = new SeededRandom(seed);
  }

  result(): RunResult {
    return {
      seed: this.#seed,
      violations: this.#violations,
      counts: this.#tally.toRecord(),
      transcript: this.#transcript.lines,
      events: this.#time.planned,
    };
  }

  async play(): Promise<void> {
    const world = await this.#makeWorld();
    const ledger = new Ledger(world);
    const [first, ...others] = world.truth.nodes.map((node) => new SimulatedNode(world, node));
    if (first === undefined) {
      return;
    }
    const nodes: [SimulatedNode, ...SimulatedNode[]] = [first, ...others];
    const history = new HistoryChecker(world);
    const checker = new NodeChecker(world);
    this.#checks = () => {
      history.check();
      nodes.forEach((node) => checker.check(node));
    };
    nodes.forEach((node) => node.start());
    const isReady = ({ process }: SimulatedNode): boolean =>
      process?.opened !== undefined && process.holder.state() === "confirmed";
    await this.#for(START_MS, () => nodes.every(isReady));
    const workload = new Workload(world, ledger);
    if (!(await this.#untilDone(workload.furnish(first)))) {
      this.#violated("liveness", "the system could not be furnished");
      return;
    }
    world.furnishedCommits(world.server.catalog.commits);
    const stage: Stage = {
      world,
      random: world.random.fork(),
      nodes,
      administration: new Administration(world, history, ledger),
      rogue: new Rogue(world),
      ledger,
      joined: (node) => workload.callOn(node, () => this.#isOver),
      hasLostCharter: false,
      hasJumped: false,
      joiners: 0,
      moreMs: 0,
      endSplit: undefined,
    };
    await this.#withFaults(stage, workload);
    ledger.checkAll();
    this.#checkBounds(history);
    this.#checkReconnects(stage);
    this.#checkRecovered(stage);
  }

  async #withFaults(stage: Stage, workload: Workload): Promise<void> {
    stage.nodes.forEach((node) => workload.callOn(node, () => this.#isOver));
    const count = this.#focus.length > 0 ? FAULTS_MAX : 1 + this.#random.below(FAULTS_MAX);
    for (let fault = 0; fault < count; fault += 1) {
      const { name, strike } = chooseFault(this.#random, this.#focus);
      this.#time.after(this.#random.between(0, FAULTS_MS), () => {
        if (!this.#isOver) {
          this.#tally.count(`fault: ${name}`);
          this.#transcript.tell("fault", name);
          strike(stage);
        }
      });
    }
    await this.#for(FAULTS_MS);
    await this.#for(stage.moreMs);
    this.#isOver = true;
    this.#transcript.tell("run", "everything is mended");
    void heal(stage);
    await this.#for(HEALED_MS_MIN);
    await this.#for(HEALED_MS - HEALED_MS_MIN, () => problemsAfter(stage).length === 0);
  }

  async #makeWorld(): Promise<World> {
    const count = (what: string): void => {
      this.#tally.count(what);
    };
    const server = new SimulatedServer(this.#time, count, this.#parsed);
    const place = { time: this.#time, life: new Life(), server, path: STEADY_PATH };
    const making = { random: this.#random, sealing: this.#sealing() };
    const system = await prepareSystem(ROLES, making);
    await this.#untilDone(system.createAt(simulatedLocation(place)));
    let furnished = 0;
    return {
      time: this.#time,
      random: this.#random,
      links: new Links(this.#random.fork(), count),
      processes: new Processes(),
      deaths: new Deaths(this.#time),
      server,
      truth: system.truth,
      sealing: making.sealing,
      tally: this.#tally,
      transcript: this.#transcript,
      furnishedCommits: (commits = furnished) => (furnished = commits),
      violated: (promise, what) => this.#violated(promise, what),
    };
  }

  /** HPKE is most of the work of a run, and seldom what decides it. */
  #sealing(): KeyringSealing {
    const isReal = this.#seed % RUNS_WITH_HPKE === 0;
    this.#tally.count(isReal ? "run: with HPKE" : "run: with ideal envelopes");
    return isReal ? hpkeSealing(this.#random) : new Envelopes(this.#random);
  }

  /** Whether the work is done before long. */
  async #untilDone(work: Promise<void>): Promise<boolean> {
    const done = { isDone: false };
    void work.then(() => {
      done.isDone = true;
    });
    await this.#for(START_MS, () => done.isDone);
    return done.isDone;
  }

  /** Lets that much time pass, or less if it is over sooner. */
  async #for(ms: number, isOver: () => boolean = () => false): Promise<void> {
    let hasPassed = false;
    this.#time.after(ms, () => {
      hasPassed = true;
    });
    await runEvents(
      this.#time,
      () => hasPassed || isOver() || this.#violations.length >= VIOLATIONS_MAX,
      () => this.#checks(),
    );
  }

  #checkBounds({ claimsAtMs }: HistoryChecker): void {
    const isTooMany = claimsAtMs.some((atMs, index) => {
      const first = claimsAtMs[index - CLAIMS_PER_MINUTE_MAX];
      return first !== undefined && atMs - first < MINUTE_MS;
    });
    if (isTooMany) {
      this.#violated("bounds", `more than ${CLAIMS_PER_MINUTE_MAX} claims in a minute`);
    }
  }

  #checkReconnects({ world, nodes }: Stage): void {
    const { connectsAtMs } = world.server;
    const max = CONNECTS_PER_SECOND_MAX * nodes.length;
    if (connectsAtMs.some((atMs, index) => atMs - (connectsAtMs[index - max] ?? 0) < SECOND_MS)) {
      this.#violated("bounds", `more than ${max} connections to the database in a second`);
    }
  }

  #checkRecovered(stage: Stage): void {
    for (const { process } of stage.nodes) {
      this.#tally.count(`at the end: ${stateOf(process)}`);
    }
    for (const problem of problemsAfter(stage)) {
      this.#violated("recovery", `${problem} though everything is mended`);
    }
  }

  #violated(promise: string, what: string): void {
    this.#violations.push(`${promise}: ${what}`);
    this.#transcript.tell("VIOLATED", `${promise}: ${what}`);
  }
}

const WELL: readonly string[] = ["confirmed", "revoked", "node-revoked"];

/**
 * What is still wrong after everything was mended: somebody has the role, and every node reads and
 * seals again. Not so where the database went back, which only people mend, or its clock did.
 */
function problemsAfter({ nodes, hasLostCharter, hasJumped }: Stage): readonly string[] {
  if (hasLostCharter || hasJumped) {
    return [];
  }
  const unwell = nodes.filter(({ process }) => !WELL.includes(stateOf(process)));
  const problems = unwell.map(({ name, process }) => `${name} is ${stateOf(process)}`);
  const hasMaster = nodes.some(
    ({ process }) => process?.opened?.service.loop.state.kind === "active",
  );
  return hasMaster ? problems : [...problems, "nobody has the role"];
}

function stateOf(process: NodeProcess | undefined): string {
  const opened = process?.opened;
  return opened === undefined
    ? (process?.ended ?? "not open")
    : (process?.holder.state() ?? "gone");
}
