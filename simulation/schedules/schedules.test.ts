import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { type SharedPostgres, sharedPostgres } from "../../tools/test-postgres.ts";
import { SeededRandom } from "../engine/seeded-random.ts";
import { PostgresEngine } from "./postgres-engine.ts";
import { randomSchedule } from "./random-schedule.ts";
import { parseSchedules, playSchedule, type Step } from "./schedule.ts";
import { SimulatedEngine } from "./simulated-engine.ts";

const RECORDED = parseSchedules(readFileSync(join(import.meta.dirname, "recorded.txt"), "utf8"));
const RANDOM_SCHEDULES = 25;

describe("sessions that meet in one database", () => {
  let server: SharedPostgres;
  let schemas = 0;

  before(async () => {
    server = await sharedPostgres();
  });
  after(() => server.stop());

  async function playOnPostgres(steps: readonly Step[]): Promise<string> {
    schemas += 1;
    const engine = await PostgresEngine.open(server.url, `schedule_${process.pid}_${schemas}`);
    try {
      return await playSchedule(steps, engine);
    } finally {
      await engine.close();
    }
  }

  for (const { name, steps, transcript } of RECORDED) {
    it(`${name}: on the simulated database`, async () => {
      assert.equal(await playSchedule(steps, new SimulatedEngine()), transcript);
    });

    it(`${name}: on PostgreSQL`, async () => {
      assert.equal(await playOnPostgres(steps), transcript);
    });
  }

  for (let seed = 1; seed <= RANDOM_SCHEDULES; seed += 1) {
    it(`do the same on both: random schedule ${seed}`, async () => {
      const steps = randomSchedule(new SeededRandom(seed));
      const simulated = await playSchedule(steps, new SimulatedEngine());
      assert.equal(simulated, await playOnPostgres(steps));
    });
  }
});
