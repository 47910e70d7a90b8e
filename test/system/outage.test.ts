/** Disclosures made without a database, over the end of the process that made them. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { statSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { startPostgres, type TestPostgres } from "../../tools/test-postgres.ts";
import { requirement } from "../../tools/requirement.ts";
import { eventually } from "./support/eventually.ts";
import { Program, runProgram, runToSuccess } from "./support/program.ts";
import { postgresDatabase } from "./support/test-database.ts";
import { TestSystem } from "./support/test-system.ts";

const WITHIN_MS = 30_000;
const REVEALS = 5;

describe("a node killed while its PostgreSQL is gone", { skip: requirement("postgres") }, () => {
  let server: TestPostgres;
  let system: TestSystem;

  before(async () => {
    server = await startPostgres();
    system = new TestSystem(await postgresDatabase(() => server.url));
    await system.init();
  });
  after(async () => {
    await system.discard();
    await server.stop();
  });

  function run(...args: readonly string[]) {
    return runProgram([...args, "--state-dir", system.state]);
  }

  async function start(): Promise<Program> {
    const node = Program.start([
      "start",
      "--state-dir",
      system.state,
      "--set",
      "listen=127.0.0.1:0",
    ]);
    await node.says(/"event":"node\.(ready|starting)"/);
    return node;
  }

  async function reveal(): Promise<number | undefined> {
    return (await run("config", "get", "Orders", "db", "--reveal", "--json")).code;
  }

  it("has what it disclosed in the audit after it was started again, each once", async () => {
    const first = await start();
    await eventually("to seal", WITHIN_MS, async () => {
      const { stdout } = await run("status", "--json");
      return /"canSeal": true/.test(stdout) || undefined;
    });
    const place = ["--state-dir", system.state];
    const create = ["application", "create", "Orders", "--type", "config-store", "--field", "Host"];
    await runToSuccess([...create, ...place]);
    await runToSuccess(["application", "enable", "Orders", ...place]);
    await runToSuccess(["config", "set", "Orders", "db", "Host=h", ...place]);
    assert.equal(await reveal(), 0);

    await server.kill9();
    for (let count = 0; count < REVEALS; count += 1) {
      assert.equal(await reveal(), 0);
    }
    await first.stop("SIGKILL");
    const spool = join(system.state, "disclosures.spool");
    assert.equal(statSync(spool).mode & 0o777, 0o600);
    assert.ok(statSync(spool).size > 200);
    assert.ok(!readFileSync(spool, "utf8").includes('"h"'), "no value is in it");

    await server.restart();
    const second = await start();
    await second.says(/"event":"audit\.shipped"/);
    const reveals = await system.database.query(
      "select request_id from audit where action = 'config.reveal'",
    );
    assert.equal(reveals.length, REVEALS + 1);
    assert.equal(new Set(reveals.map((row) => row["request_id"])).size, REVEALS + 1);

    await second.stop();
    assert.ok(statSync(spool).size < 100);
  });
});
