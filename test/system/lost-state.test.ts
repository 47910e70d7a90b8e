/** A system comes back from its database and a backup, whatever of the node's own files is lost. */
import assert from "node:assert/strict";
import { copyFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { NodeKeys } from "@chatelaine/crypto";
import type { ApplicationId } from "../../packages/server/src/domain/application-id/application-id.ts";
import { systemRandom } from "../../packages/server/src/platform/random.ts";
import { requirement } from "../../tools/requirement.ts";
import { sharedPostgres, type SharedPostgres } from "../../tools/test-postgres.ts";
import { Program, runProgram, runToSuccess } from "./support/program.ts";
import { postgresDatabase, type TestDatabase } from "./support/test-database.ts";
import { TestNode } from "./support/test-node.ts";
import { TestSystem } from "./support/test-system.ts";

const VALUE = new TextEncoder().encode(`{"user":"orders","password":"kept"}`);

interface Filled {
  readonly system: TestSystem;
  readonly application: ApplicationId;
}

/** A system with one sealed value. */
async function filledSystem(database?: (directory: string) => TestDatabase): Promise<Filled> {
  const system = new TestSystem(database);
  await system.init();
  const node = await TestNode.open(system.state);
  await node.master();
  const application = await node.createApplication("Orders");
  await node.set(application, "ReceiveLocation1", VALUE);
  await node.stop();
  return { system, application };
}

async function assertOpensValue({ application }: Filled, state: string): Promise<void> {
  const node = await TestNode.open(state);
  try {
    await node.master();
    const { content } = await node.reveal(application, "ReceiveLocation1");
    assert.deepEqual(content, VALUE);
    await node.set(application, "ReceiveLocation2", VALUE);
  } finally {
    await node.stop();
  }
}

function startNode(state: string): Program {
  return Program.start(startCommandOf(state));
}

/** When its state directory turns up again, the node that was given up stays out. */
async function assertRevoked(state: string): Promise<void> {
  const { code, stderr } = await runProgram(startCommandOf(state));
  assert.equal(code, 7);
  assert.match(stderr, /\[node-revoked\]/);
}

function startCommandOf(state: string): readonly string[] {
  return ["start", "--state-dir", state, "--set", "listen=127.0.0.1:0"];
}

function recoversFrom(
  makeDatabase: () => Promise<((directory: string) => TestDatabase) | undefined>,
): void {
  let filled: Filled;
  before(async () => {
    filled = await filledSystem(await makeDatabase());
  });
  after(() => filled.system.discard());

  it("reads what was sealed before and seals anew once the node is recovered", async () => {
    const { system } = filled;
    renameSync(system.state, system.path("lost"));
    const { code, stderr } = await system.recover(system.state);
    assert.equal(code, 0, stderr);
    await assertOpensValue(filled, system.state);
  });

  it("does not let the lost node in again", async () => {
    await assertRevoked(filled.system.path("lost"));
  });

  it("recovers nothing where a state directory is", async () => {
    const { code, stderr } = await filled.system.recover(filled.system.state);
    assert.equal(code, 7);
    assert.match(stderr, /\[state-not-lost\]/);
  });
}

describe("a lost state directory of a system on SQLite", () => {
  recoversFrom(() => Promise.resolve(undefined));
});

describe(
  "a lost state directory of a system on PostgreSQL",
  { skip: requirement("postgres") },
  () => {
    let server: SharedPostgres;
    recoversFrom(async () => {
      server = await sharedPostgres();
      return postgresDatabase(() => server.url);
    });
    after(() => server.stop());
  },
);

describe("a lost state directory with a database older than the backup", () => {
  it("recovers it in a new incarnation", async () => {
    const filled = await filledSystem();
    const { system } = filled;
    try {
      const older = system.path("older.db");
      copyFileSync(system.path("sso.db"), older);
      // A recovery raises the charter; the backup made after it is newer than the older copy.
      renameSync(system.state, system.path("lost"));
      assert.equal((await system.recover(system.state)).code, 0);
      const node = startNode(system.state);
      await node.says(/"mastership\.acquired"/);
      const newer = system.path("newer.age");
      await runToSuccess([
        ...["secret", "backup", "--to", newer, "--state-dir", system.state],
        ...["--passphrase-file", system.passphraseFile],
      ]);
      await node.stop();
      renameSync(system.state, system.path("lost-too"));
      rmSync(system.path("sso.db-wal"), { force: true });
      rmSync(system.path("sso.db-shm"), { force: true });
      renameSync(older, system.path("sso.db"));
      const { code, stderr } = await system.recover(system.state, newer);
      assert.equal(code, 0, stderr);
      const [charter] = await system.database.query("select note from charter");
      assert.match(String(charter?.["note"]), /^incarnation 2$/m);
      await assertOpensValue(filled, system.state);
      await assertRevoked(system.path("lost"));
    } finally {
      await system.discard();
    }
  });
});

describe("secret restore", () => {
  let filled: Filled;
  before(async () => {
    filled = await filledSystem();
  });
  after(() => filled.system.discard());

  /** The node starts, says what it waits for, and has the master secret back by one command. */
  async function restores(event: string): Promise<void> {
    const { system } = filled;
    const node = startNode(system.state);
    await node.says(new RegExp(event));
    const status = await runToSuccess(["status", "--state-dir", system.state]);
    assert.match(status, /waiting for +.*secret restore FILE/);
    const restored = await runToSuccess([
      ...["secret", "restore", system.backup, "--state-dir", system.state],
      ...["--passphrase-file", system.passphraseFile],
    ]);
    assert.match(restored, /can read: yes, can seal: yes, is master: yes/);
    assert.equal((await node.stop()).code, 0);
    await assertOpensValue(filled, system.state);
  }

  it("gives the keyring back when its row is deleted", async () => {
    await filled.system.database.query("delete from sealed_keyring");
    await restores("master-secret.missing");
  });

  it("gives the keyring back when its row is garbled", async () => {
    await filled.system.database.query(
      "update sealed_keyring set sealed = zeroblob(length(sealed))",
    );
    await restores("master-secret.not-opened");
  });

  it("gives the keyring back when its row is cut short", async () => {
    await filled.system.database.query("update sealed_keyring set sealed = substr(sealed, 1, 20)");
    await restores("master-secret.not-opened");
  });
});

describe("a node key that is not the one its warrant names", () => {
  it("is refused, and the node comes back by recovering it", async () => {
    const filled = await filledSystem();
    const { system } = filled;
    try {
      using keys = NodeKeys.generate(systemRandom).encode();
      const file = join(system.state, "node.key");
      keys.use((bytes) => writeFileSync(file, bytes, { mode: 0o600 }));
      const { code, stderr } = await runProgram(startCommandOf(system.state));
      assert.equal(code, 7);
      assert.match(stderr, /\[statement-not-authentic\]/);
      const recovered = await system.recover(system.path("recovered"));
      assert.equal(recovered.code, 0, recovered.stderr);
      await assertOpensValue(filled, system.path("recovered"));
    } finally {
      await system.discard();
    }
  });
});
