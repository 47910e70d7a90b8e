import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { type SharedPostgres, sharedPostgres } from "../../tools/test-postgres.ts";
import { SeededRandom } from "../engine/seeded-random.ts";
import { PostgresEngine } from "./postgres-engine.ts";
import { randomSchedule } from "./random-schedule.ts";
import { parseSchedules, playSchedule, type Step } from "./schedule.ts";
import { playSerial, serialSchedule } from "./serial-schedule.ts";
import { SimulatedEngine } from "./simulated-engine.ts";
import { SqliteEngine } from "./sqlite-engine.ts";

const RECORDED = parseSchedules(readFileSync(join(import.meta.dirname, "recorded.txt"), "utf8"));
const RANDOM_SCHEDULES = 25;
const SERIAL_SCHEDULES = 25;

describe("sessions that meet in one database", () => {
  let server: SharedPostgres;
  let schemas = 0;

  before(async () => {
    server = await sharedPostgres();
  });
  after(() => server.stop());

  function playOnPostgres(steps: readonly Step[]): Promise<string> {
    return onPostgres((engine) => playSchedule(steps, engine));
  }

  async function onPostgres<T>(play: (engine: PostgresEngine) => Promise<T>): Promise<T> {
    schemas += 1;
    const engine = await PostgresEngine.open(server.url, `schedule_${process.pid}_${schemas}`);
    try {
      return await play(engine);
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

  for (let seed = 1; seed <= SERIAL_SCHEDULES; seed += 1) {
    it(`do the same on all three one after the other: random schedule ${seed}`, async () => {
      const transactions = serialSchedule(new SeededRandom(seed));
      const onSqlite = await playSerial(transactions, new SqliteEngine());
      assert.deepEqual(await playSerial(transactions, new SimulatedEngine()), onSqlite);
      assert.deepEqual(await onPostgres((engine) => playSerial(transactions, engine)), onSqlite);
    });
  }
});
