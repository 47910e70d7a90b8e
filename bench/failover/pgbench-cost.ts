import { execFile, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { promisify } from "node:util";
import type { Candidates } from "../../test/system/support/failover/candidates.ts";
import { ToolError } from "../../tools/tool-error.ts";
import { withDirectory } from "../built-program.ts";
import { pause } from "../node-process.ts";
import { spreadOf, type Spread } from "../spread.ts";
import { withCandidates } from "./measure-faults.ts";

/** Transactions per second, one run after the other. */
export interface PgbenchPair {
  readonly alone: number;
  readonly besideCandidates: number;
}

export interface PgbenchCost {
  readonly pairs: readonly PgbenchPair[];
  /** Of the transactions per second, in each pair; below 0 where there were more. */
  readonly lossPercent: Spread;
}

export interface PgbenchRun {
  readonly pairs: number;
  readonly runSeconds: number;
  readonly progress: (line: string) => void;
}

/** The goal, of the median. */
export const LOSS_PERCENT_MAX = 2;

const SCALE = "5";
const CLIENTS = "4";
const SETTLED_MS = 4000;

/** Whether there is a `pgbench` among the programs of this user. */
export function hasPgbench(): boolean {
  return spawnSync("pgbench", ["--version"], { stdio: "ignore" }).status === 0;
}

/**
 * `pgbench` in a database of its own on the PostgreSQL of three candidates, which run without a
 * caller or have been stopped. The order changes from pair to pair, so that what grows slower with
 * time does so for both.
 */
export function measurePgbench(run: PgbenchRun): Promise<PgbenchCost> {
  return withDirectory(async (directory) => {
    const pairs: PgbenchPair[] = [];
    await withCandidates("postgres", undefined, async (candidates) => {
      const pgbench = await Pgbench.prepare(candidates, directory, run.runSeconds);
      for (let pair = 0; pair < run.pairs; pair += 1) {
        run.progress(`pgbench: pair ${String(pair + 1)} of ${String(run.pairs)}`);
        pairs.push(await measurePair(candidates, pgbench, pair % 2 === 0));
      }
    });
    const losses = pairs.map(({ alone, besideCandidates }) => 1 - besideCandidates / alone);
    return { pairs, lossPercent: spreadOf(losses.map((loss) => loss * 100)) };
  });
}

/** The candidates run as it begins, and as it ends if they come first in the next pair. */
async function measurePair(
  candidates: Candidates,
  pgbench: Pgbench,
  isBesideFirst: boolean,
): Promise<PgbenchPair> {
  if (isBesideFirst) {
    const besideCandidates = await pgbench.run();
    await stopAll(candidates);
    return { besideCandidates, alone: await pgbench.run() };
  }
  const alone = await pgbench.run();
  await startAll(candidates);
  return { alone, besideCandidates: await pgbench.run() };
}

async function stopAll({ nodes }: Candidates): Promise<void> {
  await Promise.all(nodes.map((node) => node.stop("SIGTERM")));
  await pause(SETTLED_MS);
}

async function startAll(candidates: Candidates): Promise<void> {
  await Promise.all(candidates.nodes.map((node) => node.start()));
  await candidates.serving();
  await pause(SETTLED_MS);
}

const DATABASE = "pgbench";

class Pgbench {
  readonly #env: Readonly<Record<string, string>>;
  readonly #runSeconds: number;

  private constructor(env: Readonly<Record<string, string>>, runSeconds: number) {
    this.#env = env;
    this.#runSeconds = runSeconds;
  }

  /** Makes its tables, and runs once so that the first figure is like the others. */
  static async prepare(
    { database }: Candidates,
    directory: string,
    runSeconds: number,
  ): Promise<Pgbench> {
    await database.query(`create database ${DATABASE}`);
    const { hostname, port, username, password } = new URL(database.place);
    const passwordFile = path.join(directory, "pgpass");
    fs.writeFileSync(passwordFile, `*:*:*:${username}:${password}\n`, { mode: 0o600 });
    const env = {
      PATH: process.env["PATH"] ?? "",
      PGHOST: hostname,
      PGPORT: port,
      PGUSER: username,
      PGDATABASE: DATABASE,
      PGPASSFILE: passwordFile,
    };
    const pgbench = new Pgbench(env, runSeconds);
    await pgbench.#call(["--initialize", "--quiet", "--scale", SCALE]);
    await pause(SETTLED_MS);
    await pgbench.run();
    return pgbench;
  }

  /** Transactions per second of its usual script, which reads little and commits often. */
  async run(): Promise<number> {
    const said = await this.#call(["--client", CLIENTS, "--time", String(this.#runSeconds)]);
    const perSecond = /^tps = ([\d.]+)/m.exec(said)?.[1];
    if (perSecond === undefined) {
      throw new ToolError(`pgbench said no figure:\n${said}`);
    }
    return Number(perSecond);
  }

  async #call(args: readonly string[]): Promise<string> {
    const { stdout } = await promisify(execFile)("pgbench", [...args], { env: this.#env });
    return stdout;
  }
}
