/** P6: what was acknowledged survives `kill -9`, of the node and of its PostgreSQL. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import type { ApplicationId } from "../../packages/server/src/domain/application-id/application-id.ts";
import { requirement } from "../../tools/requirement.ts";
import { startPostgres, type TestPostgres } from "../../tools/test-postgres.ts";
import { Ledger } from "./support/ledger.ts";
import { Program } from "./support/program.ts";
import { SeededChance } from "./support/seeded-chance.ts";
import { readStoredValues } from "./support/stored-values.ts";
import { postgresDatabase, type TestDatabase } from "./support/test-database.ts";
import { TestNode } from "./support/test-node.ts";
import { TestSystem } from "./support/test-system.ts";
import { IDENTIFIERS } from "./support/writer-lanes.ts";

const WRITER = `${import.meta.dirname}/support/writer.ts`;
const KILLS = 50;
const POSTGRES_KILLS = 5;
/** Every so many kills the node itself is started, as an operator would. */
const STARTS_EACH = 10;
const ACKNOWLEDGEMENTS_MAX = 40;
const LATER_MS_MAX = 6;

/** A system that is written to, and what must be true of it after each kill. */
class Victim {
  readonly system: TestSystem;
  readonly ledger = new Ledger();
  readonly #application: ApplicationId;
  #epoch = 0n;

  private constructor(system: TestSystem, application: ApplicationId) {
    this.system = system;
    this.#application = application;
  }

  static async make(database?: (directory: string) => TestDatabase): Promise<Victim> {
    const system = new TestSystem(database);
    await system.init();
    const node = await TestNode.open(system.state);
    await node.master();
    const application = await node.createApplication("Orders");
    await node.stop();
    return new Victim(system, application);
  }

  /** Starts the writer and waits until it has acknowledged that many writes. */
  async write(acknowledgements: number): Promise<Program> {
    const writer = Program.start([this.system.state, this.#application], { file: WRITER });
    const [, epoch = "0"] = await writer.says(/^ready (\d+)$/m);
    assert.ok(BigInt(epoch) > this.#epoch, `epoch ${epoch} comes after ${String(this.#epoch)}`);
    this.#epoch = BigInt(epoch);
    await writer.counts("done", acknowledgements);
    return writer;
  }

  async assertNothingLost(): Promise<void> {
    await this.system.database.untilDeserted();
    const stored = await readStoredValues(this.system.state, this.#application, IDENTIFIERS);
    this.ledger.settle(stored);
    await this.#assertAudited(new Map([...stored].map(([id, { revision }]) => [id, revision])));
    await this.#assertHistoryGrows();
  }

  /** P10: the counter in a revision counts the changes, and each has its row. */
  async #assertAudited(revisions: ReadonlyMap<string, string>): Promise<void> {
    const rows = await this.system.database.query(
      "select about from audit where action = 'config.set'",
    );
    const counts = new Map<string, number>();
    for (const { about } of rows) {
      const { identifier } = JSON.parse(String(about)) as { identifier: string };
      counts.set(identifier, (counts.get(identifier) ?? 0) + 1);
    }
    const expected = [...revisions].map(([id, revision]) => [
      id,
      parseInt(revision.slice(0, 16), 16),
    ]);
    assert.deepEqual(Object.fromEntries(counts), Object.fromEntries(expected));
  }

  async #assertHistoryGrows(): Promise<void> {
    const rows = await this.system.database.query("select epoch from fenced_write order by serial");
    const epochs = rows.map(({ epoch }) => BigInt(String(epoch)));
    assert.deepEqual(
      epochs,
      epochs.toSorted((a, b) => Number(a - b)),
    );
  }

  /** The node starts as if nothing had happened, and ends when it is told. */
  async assertStarts(): Promise<void> {
    const node = Program.start([
      ...["start", "--state-dir", this.system.state],
      ...["--set", "listen=127.0.0.1:0"],
    ]);
    await node.says(/"mastership\.acquired"/);
    assert.equal((await node.stop()).code, 0);
    await this.system.database.assertWhole();
  }
}

async function killWriters(victim: Victim): Promise<void> {
  const chance = new SeededChance();
  for (let kill = 1; kill <= KILLS; kill += 1) {
    const writer = await victim.write(1 + chance.below(ACKNOWLEDGEMENTS_MAX));
    await pause(chance.below(LATER_MS_MAX));
    victim.ledger.read((await writer.stop("SIGKILL")).stdout);
    await victim.assertNothingLost().catch((error: unknown) => {
      throw new Error(`after kill ${kill} with CHATELAINE_TEST_SEED=${chance.seed}`, {
        cause: error,
      });
    });
    if (kill % STARTS_EACH === 0) {
      await victim.assertStarts();
    }
  }
}

describe("kill -9", { concurrency: true }, () => {
  describe("of a node on SQLite", { concurrency: 1 }, () => {
    let victim: Victim;
    before(async () => {
      victim = await Victim.make();
    });
    after(() => victim.system.discard());

    it(`loses nothing acknowledged at ${KILLS} moments of writing`, () => killWriters(victim));
  });

  describe("of a node on PostgreSQL", { concurrency: 1, skip: requirement("postgres") }, () => {
    let server: TestPostgres;
    let victim: Victim;
    before(async () => {
      server = await startPostgres();
      victim = await Victim.make(await postgresDatabase(() => server.url));
    });
    after(async () => {
      await victim.system.discard();
      await server.stop();
    });

    it(`loses nothing acknowledged at ${KILLS} moments of writing`, () => killWriters(victim));

    it(`loses nothing acknowledged when the server is killed, ${POSTGRES_KILLS} times`, async () => {
      const chance = new SeededChance();
      const writer = await victim.write(1 + chance.below(ACKNOWLEDGEMENTS_MAX));
      for (let kill = 1; kill <= POSTGRES_KILLS; kill += 1) {
        await server.kill9();
        await server.restart();
        await writer.counts("done", writer.count("done") + 1 + chance.below(ACKNOWLEDGEMENTS_MAX));
      }
      victim.ledger.read((await writer.stop("SIGKILL")).stdout);
      await victim.assertNothingLost();
      await victim.assertStarts();
    });
  });
});
