/** The node as a process: starting, being told to stop, and what it refuses to start with. */
import assert from "node:assert/strict";
import { chmodSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { requirement } from "../../tools/requirement.ts";
import { startPostgres, type TestPostgres } from "../../tools/test-postgres.ts";
import { eventually } from "./support/eventually.ts";
import { listeningPorts } from "./support/listening-ports.ts";
import { Program, runProgram, runToSuccess, type ProgramOptions } from "./support/program.ts";
import { postgresDatabase } from "./support/test-database.ts";
import { TestSystem } from "./support/test-system.ts";

const STOPS_WITHIN_MS = 2000;

function startNode(system: TestSystem, options: ProgramOptions = {}): Program {
  return Program.start(startCommand(system), options);
}

function startCommand(system: TestSystem): readonly string[] {
  return ["start", "--state-dir", system.state, "--set", "listen=127.0.0.1:0"];
}

/** What the log says once the node is ready, and who it is. */
async function ready(node: Program): Promise<void> {
  await node.says(/"node\.ready"/);
}

describe("a node on SQLite", () => {
  let system: TestSystem;
  before(async () => {
    system = new TestSystem();
    await system.init();
  });
  after(() => system.discard());

  it("is of the same system when it is started again", async () => {
    const systems: (string | undefined)[] = [];
    for (let start = 1; start <= 2; start += 1) {
      const node = startNode(system);
      systems.push((await node.says(/"systemId":"([a-z2-7]{26})"/))[1]);
      await ready(node);
      await node.stop();
    }
    assert.equal(systems[0], systems[1]);
  });

  it("ends with 0 within two seconds of SIGTERM, and leaves no socket", async () => {
    const node = startNode(system);
    await ready(node);
    const toldAt = performance.now();
    const { code, stdout } = await node.stop("SIGTERM");
    assert.equal(code, 0);
    assert.ok(performance.now() - toldAt < STOPS_WITHIN_MS);
    assert.match(stdout, /"node\.stopped"/);
    assert.ok(!readdirSync(system.state).includes("node.sock"));
  });

  it("does not start twice on one state directory", async () => {
    const first = startNode(system);
    await ready(first);
    const second = await runProgram(startCommand(system));
    assert.equal(second.code, 7);
    assert.match(second.stderr, /\[state-directory-in-use\]/);
    // The first one goes on: its socket was not taken away.
    await runToSuccess(["status", "--state-dir", system.state]);
    await first.stop();
  });

  it("opens no inspector on SIGUSR1", async () => {
    const node = startNode(system);
    await ready(node);
    const before = listeningPorts(node.pid);
    node.kill("SIGUSR1");
    await runToSuccess(["status", "--state-dir", system.state]); // it has had its turn
    assert.deepEqual(listeningPorts(node.pid), before);
    const { stderr } = await node.stop();
    assert.doesNotMatch(stderr, /Debugger listening/);
  });

  for (const option of ["--inspect=127.0.0.1:0", "--heapsnapshot-signal=SIGUSR2"]) {
    it(`refuses ${option} on its command line`, async () => {
      const { code, stderr } = await runProgram(startCommand(system), { nodeOptions: [option] });
      assert.equal(code, 7);
      assert.match(stderr, /\[process-unsafe\]/);
    });

    it(`refuses ${option} in NODE_OPTIONS`, async () => {
      const env = { NODE_OPTIONS: option };
      const { code, stderr } = await runProgram(startCommand(system), { env });
      assert.equal(code, 7);
      assert.match(stderr, /\[process-unsafe\]/);
    });
  }

  it("says when a crash could write its memory to a file", async () => {
    const node = startNode(system, { before: "ulimit -c 1000" });
    await node.says(/"node\.core-dumps-possible"/);
    await ready(node);
    await node.stop();
  });

  it("says nothing of dumps when there can be none", async () => {
    const node = startNode(system, { before: "ulimit -c 0" });
    await ready(node);
    assert.doesNotMatch((await node.stop()).stdout, /core-dumps-possible/);
  });

  for (const [name, mode] of [
    ["", 0o750],
    ["node.key", 0o640],
    ["identity.json", 0o604],
    ["seen.json", 0o660],
  ] as const) {
    it(`refuses ${name === "" ? "a state directory" : name} that others may open`, async () => {
      const path = join(system.state, name);
      const { mode: own } = statSync(path);
      chmodSync(path, mode);
      try {
        const { code, stderr } = await runProgram(startCommand(system));
        assert.equal(code, 7);
        assert.match(stderr, /\[state-directory-unsafe\]/);
        assert.match(stderr, new RegExp(`chmod go= ${path}`));
      } finally {
        chmodSync(path, own);
      }
    });
  }
});

describe("everything a node makes", () => {
  for (const before of ["umask 000", "umask 077"]) {
    it(`is for its owner alone under ${before}`, async () => {
      const system = new TestSystem();
      try {
        const { code, stderr } = await runProgram(system.initCommand(), { before });
        assert.equal(code, 0, stderr);
        const node = startNode(system, { before });
        await ready(node);
        const modes = modesBelow(system.directory, ["passphrase"]);
        await node.stop();
        const open = [...modes].filter(([, mode]) => (mode & 0o077) !== 0);
        assert.deepEqual(open, []);
        assert.ok(modes.has("sso.db-wal"), "the node was running");
      } finally {
        await system.discard();
      }
    });
  }
});

describe("a node on PostgreSQL", { skip: requirement("postgres") }, () => {
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

  it("answers /livez without its database, and goes on by itself when that comes", async () => {
    await server.kill9();
    const node = startNode(system, {});
    await node.says(/"database\.retried"/);
    const url = await urlOf(node);
    assert.equal((await fetch(`${url}/livez`)).status, 200);
    const waiting = await fetch(`${url}/readyz`);
    assert.equal(waiting.status, 503);
    const health = (await waiting.json()) as Readonly<Record<string, unknown>>;
    assert.equal(health["canRead"], false);
    assert.match(String(health["waitingFor"]), /^the SSO database at postgres:\/\/127\.0\.0\.1/);
    await server.restart();
    await ready(node);
    assert.equal((await fetch(`${url}/readyz`)).status, 200);
    assert.equal((await node.stop()).code, 0);
  });

  it("ends within two seconds of SIGTERM also while it waits for its database", async () => {
    await server.kill9();
    const node = startNode(system);
    await node.says(/"database\.retried"/);
    const toldAt = performance.now();
    assert.equal((await node.stop()).code, 0);
    assert.ok(performance.now() - toldAt < STOPS_WITHIN_MS);
    await server.restart();
  });

  it("goes on answering when its database goes away, and writes again when it is back", async () => {
    const node = startNode(system);
    await node.says(/"mastership\.acquired"/);
    await ready(node);
    const url = await urlOf(node);
    await server.kill9();
    await node.says(/"database\.lost"/);
    assert.equal((await fetch(`${url}/livez`)).status, 200);
    assert.equal((await fetch(`${url}/readyz`)).status, 200); // P1: it still holds the keyring
    await server.restart();
    await node.says(/"database\.back"/);
    assert.equal((await node.stop()).code, 0);
  });
});

/** The loopback address of a node that took any free port. */
async function urlOf(node: Program): Promise<string> {
  const port = await eventually("a node that listens", 5000, () => listeningPorts(node.pid)[0]);
  return `http://127.0.0.1:${String(port)}`;
}

function modesBelow(directory: string, except: readonly string[]): ReadonlyMap<string, number> {
  const names = readdirSync(directory, { recursive: true, encoding: "utf8" });
  const own = names.filter((name) => !except.includes(name));
  return new Map(own.map((name) => [name, statSync(join(directory, name)).mode & 0o7777]));
}
