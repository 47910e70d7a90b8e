/** `kill -9` during `init` and `secret backup`: afterwards there is a whole system or none. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { Program, runProgram, runToSuccess, type Outcome } from "./support/program.ts";
import { SeededChance } from "./support/seeded-chance.ts";
import { TestSystem } from "./support/test-system.ts";

const CHANCE = new SeededChance();
const LATER_MS_MAX = 4;
const STEPS_MAX = 4;

/** What `init` makes, in the order in which it makes it. */
const MADE_BY_INIT = [
  ["the next node key", "state/node.key.next"],
  ["the backup", "backup.age"],
  ["the database", "sso.db"],
  ["what was seen", "state/seen.json"],
  ["the node key", "state/node.key"],
  ["the identity", "state/identity.json"],
] as const;

describe(`kill -9 during init (seed ${CHANCE.seed})`, { concurrency: 2 }, () => {
  for (const [what, file] of MADE_BY_INIT) {
    it(`leaves a whole system or none, just after it made ${what}`, async () => {
      const system = new TestSystem();
      try {
        await killOnceThere(Program.start(system.initCommand()), system.path(file));
        await assertWhole(system, await followTheErrors(system));
      } finally {
        await system.discard();
      }
    });
  }
});

describe(`kill -9 during secret backup (seed ${CHANCE.seed})`, () => {
  it("leaves a system that makes its next backup", async () => {
    const system = new TestSystem();
    try {
      await system.init();
      const node = Program.start(startCommand(system));
      await node.says(/"mastership\.acquired"/);
      const file = system.path("second.age");
      await killOnceThere(Program.start(backupCommand(system, file)), file);
      const refused = await runProgram(backupCommand(system, file));
      assert.equal(codeOf(refused), "file-exists");
      const killed = Program.start(backupCommand(system, system.path("third.age")));
      await pause(CHANCE.below(600));
      await Promise.all([node.stop("SIGKILL"), killed.stop("SIGKILL")]);
      const next = Program.start(startCommand(system));
      await next.says(/"mastership\.acquired"/);
      await runToSuccess(backupCommand(system, system.path("fourth.age")));
      await next.stop();
      await system.database.assertWhole();
    } finally {
      await system.discard();
    }
  });
});

async function killOnceThere(program: Program, file: string): Promise<void> {
  const ended = new AbortController();
  void program.ended.then(() => {
    ended.abort();
  });
  // Looked at as often as possible: some of these files are there for a millisecond.
  while (!ended.signal.aborted && !existsSync(file)) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  await pause(CHANCE.below(LATER_MS_MAX));
  await program.stop("SIGKILL");
}

/** Does what each error says, as an operator would, until there is a system; returns its backup. */
async function followTheErrors(system: TestSystem): Promise<string> {
  let backup = system.backup;
  for (let step = 1; step <= STEPS_MAX; step += 1) {
    const outcome = await runProgram(system.initCommand(backup));
    if (outcome.code === 0) {
      return backup;
    }
    switch (codeOf(outcome)) {
      case "file-exists":
        assert.match(outcome.stderr, /choose another name/);
        backup = `${system.backup}.${step}`;
        break;
      case "system-exists":
        if (existsSync(join(system.state, "identity.json"))) {
          return system.backup;
        }
        // The database is complete and so is the backup; only the state directory is missing.
        assert.match(outcome.stderr, /chatelaine node recover/);
        assert.equal((await system.recover(system.state)).code, 0);
        return system.backup;
      case undefined:
      default:
        assert.fail(outcome.stderr);
    }
  }
  assert.fail("the errors lead nowhere");
}

async function assertWhole(system: TestSystem, backup: string): Promise<void> {
  const node = Program.start(startCommand(system));
  await node.says(/"mastership\.acquired"/);
  const status = await runToSuccess(["secret", "status", "--state-dir", system.state]);
  assert.match(status, /backed up: yes/);
  assert.equal((await node.stop()).code, 0);
  assert.match(readFileSync(backup, "utf8"), /-----END AGE ENCRYPTED FILE-----\n$/);
  await system.database.assertWhole();
}

function startCommand(system: TestSystem): readonly string[] {
  return ["start", "--state-dir", system.state, "--set", "listen=127.0.0.1:0"];
}

function backupCommand(system: TestSystem, file: string): readonly string[] {
  const passphrase = ["--passphrase-file", system.passphraseFile];
  return ["secret", "backup", "--to", file, "--state-dir", system.state, ...passphrase];
}

function codeOf({ stderr }: Outcome): string | undefined {
  return /\[([a-z-]+)\]$/m.exec(stderr)?.[1];
}
