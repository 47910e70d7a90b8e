/**
 * The runbook docs/operate/designate-master-secret-server.md, word by word: a master secret server
 * and two members, its machine and its disk gone, and a working system in the end.
 */
import assert from "node:assert/strict";
import { readFileSync, rmSync } from "node:fs";
import { resolve } from "node:path";
import { after, before, describe, it } from "node:test";
import { requirement } from "../../tools/requirement.ts";
import { startPostgres, type TestPostgres } from "../../tools/test-postgres.ts";
import type { ClusterProcess } from "./support/cluster-process.ts";
import { eventually } from "./support/eventually.ts";
import { runProgram, runToSuccess } from "./support/program.ts";
import { APPLICATION, ITEM, TestCluster, type ClusterOptions } from "./support/test-cluster.ts";
import { postgresDatabase } from "./support/test-database.ts";
import { reveal, Reader } from "./support/workload.ts";

const RUNBOOK = resolve(
  import.meta.dirname,
  "../../docs/operate/designate-master-secret-server.md",
);
const SETTINGS = [
  "mastership.ttlMs=1500",
  "mastership.renewalMs=300",
  "mastership.expiryConfirmationMs=300",
  "mastership.pollMs=100",
  "cachedSecret.retryMaxMs=1000",
  "cachedSecret.memberPollMs=300",
];
const SOON_MS = 60_000;
/** What `status --check` ends with while the lost node is still expected. */
const UNREACHABLE = 13;

/** The commands of the page, in the order of its sections. */
function commandsOf(section: string): readonly string[] {
  const [, text = ""] = readFileSync(RUNBOOK, "utf8").split(`\n## ${section}\n`);
  const [body = ""] = text.split("\n## ");
  const blocks = [...body.matchAll(/^ *```\n(.*?)^ *```$/gms)].map(([, block = ""]) => block);
  const commands = blocks.flatMap((block) => block.trim().split(/\n */));
  assert.ok(commands.length > 0, `the runbook has no commands under "${section}"`);
  return commands;
}

function manualFailover(name: string, options: () => Promise<Omit<ClusterOptions, "settings">>) {
  describe(`a master secret server that is lost for ever, with two members on ${name}`, () => {
    let cluster: TestCluster;
    let sso2: ClusterProcess;
    let sso3: ClusterProcess;
    let token: string;
    let readers: readonly Reader[] = [];

    before(async () => {
      cluster = await TestCluster.found({ ...(await options()), settings: SETTINGS });
      token = await cluster.furnish();
      sso2 = await cluster.join("sso2");
      sso3 = await cluster.join("sso3");
      for (const node of [sso2, sso3]) {
        await node.start();
        await node.until("to seal", ({ health }) => health.canSeal);
        assert.equal((await reveal(node, token)).status, 200);
      }
      readers = [sso2, sso3].map((node) => new Reader(node, token));
    });
    after(async () => {
      await Promise.all(readers.map((reader) => reader.stop()));
      await cluster.discard();
    });

    /** As the page shows it, given on this node. */
    function run(command: string, on: ClusterProcess, to = "test") {
      const { backup, passphraseFile, path } = placesOf(cluster);
      const [program, ...args] = command.replaceAll("sso1", to).split(" ");
      assert.equal(program, "chatelaine", command);
      const file = args.includes("restore") ? backup : path;
      const given = args.map((arg) => (arg === "FILE" ? file : arg));
      // What a person at a terminal is asked.
      const answers = args.includes("revoke")
        ? ["--yes"]
        : args[0] === "secret"
          ? ["--passphrase-file", passphraseFile]
          : [];
      return runProgram([...given, ...answers, "--state-dir", on.stateDirectory]);
    }

    it("is told of by every node, with the commands", async () => {
      const { master } = cluster;
      await runToSuccess(["master", "failover", "manual", "--state-dir", master.stateDirectory]);
      await master.stop("SIGKILL");
      rmSync(master.stateDirectory, { recursive: true });
      for (const node of [sso2, sso3]) {
        await eventually(`${node.name} to tell it`, SOON_MS, () =>
          /chatelaine master designate.*"mastership\.designated-lost"/.test(node.said)
            ? true
            : undefined,
        );
      }
      const { code } = await runProgram(["status", "--check", "--state-dir", sso2.stateDirectory]);
      assert.equal(code, 11);
    });

    it("is replaced by the commands of the runbook, one after the other", async () => {
      for (const section of ["Be sure", "Take its place", "Afterwards"]) {
        for (const command of commandsOf(section)) {
          if (command.includes("status")) {
            await sso2.until(
              "to follow the designation",
              ({ health }) => health.isMaster || /designated/.test(health.waitingFor ?? ""),
            );
          }
          const { code, stdout, stderr } = await run(command, sso2);
          const expected = command.includes("--check") ? UNREACHABLE : 0;
          assert.equal(code, expected, `${command}\n${stdout}\n${stderr}`);
        }
      }
    });

    it("leaves a system that reads and seals on every node", async () => {
      for (const node of [sso2, sso3]) {
        await node.until("to seal", ({ health }) => health.canSeal);
        const value = `Host=by-${node.name}`;
        const on = ["--state-dir", node.stateDirectory];
        await runToSuccess(["config", "set", APPLICATION, `after/${node.name}`, value, ...on]);
      }
      for (const node of [sso2, sso3]) {
        for (const item of ["after/sso2", "after/sso3", ITEM]) {
          assert.equal((await reveal(node, token, item)).status, 200, `${item} on ${node.name}`);
        }
      }
      const { code, stderr } = await runProgram([
        ...["status", "--check", "--state-dir", sso2.stateDirectory],
      ]);
      assert.equal(code, 0, stderr);
    });

    it("is replaced by a new machine, to which the role fails back", async () => {
      const sso1 = await cluster.join("sso1", "member", sso2);
      await sso1.start();
      await sso1.until("to be ready", ({ health }) => health.canSeal);
      for (const command of commandsOf("Fail back")) {
        const { code, stdout, stderr } = await run(command, sso2, "sso1");
        assert.equal(code, 0, `${command}\n${stdout}\n${stderr}`);
      }
      await sso1.until("to be master secret server", ({ health }) => health.isMaster);
      assert.equal((await reveal(sso1, token)).status, 200);
    });

    it("has cost no read on the nodes that were left", async () => {
      await Promise.all(readers.map((reader) => reader.stop()));
      assert.deepEqual(
        readers.flatMap(({ failures }) => failures),
        [],
      );
      assert.ok(readers.every(({ done }) => done > 0));
    });
  });
}

function placesOf({ system }: TestCluster) {
  const { backup, passphraseFile } = system;
  return { backup, passphraseFile, path: system.path("new-backup.age") };
}

manualFailover("SQLite", () => Promise.resolve({}));

describe("with a PostgreSQL of its own", { skip: requirement("postgres") }, () => {
  let server: TestPostgres;
  before(async () => {
    server = await startPostgres();
  });
  after(() => server.stop());

  manualFailover("PostgreSQL", async () => ({
    database: await postgresDatabase(() => server.url),
  }));
});
