/** Questions on a terminal: a real one, which `script` of util-linux makes. */
import assert from "node:assert/strict";
import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { accessSync, constants, existsSync } from "node:fs";
import { join } from "node:path";
import { after, beforeEach, describe, it } from "node:test";
import { ScriptPlace } from "./support/script-place.ts";

const SCRIPT = "/usr/bin/script";
const ANSWER_MS_MAX = 30_000;
const ENTER = "\r";
const CTRL_C = "\x03";
const BACKSPACE = "\x7f";
const CHOOSE = "passphrase (empty: take the one above): ";
const REPEAT = "the same again, so that you know you have it: ";
const REMIND = "reminder, kept in clear beside the backup (empty: none): ";

/** Why these tests cannot run here; undefined if they can. */
function missingScript(): string | undefined {
  try {
    accessSync(SCRIPT, constants.X_OK);
    return undefined;
  } catch {
    assert.notEqual(process.env["CHATELAINE_TEST_REQUIRE"], "all", `there is no ${SCRIPT}`);
    return `no ${SCRIPT} on this machine (the Debian package bsdutils)`;
  }
}

/** One command on a terminal of its own. */
class Session {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #ended: Promise<number>;
  #shown = "";
  #read = 0;

  constructor(place: ScriptPlace, command: string) {
    this.#child = spawn(SCRIPT, ["-qefc", command, "/dev/null"], {
      cwd: place.directory,
      env: { ...place.environment(), SHELL: "/bin/sh" },
      timeout: ANSWER_MS_MAX,
      killSignal: "SIGKILL",
    });
    this.#child.stdout.setEncoding("utf8").on("data", (text: string) => {
      this.#shown += text;
    });
    this.#ended = new Promise((resolve, reject) => {
      this.#child.once("error", reject);
      this.#child.once("close", (code) => {
        resolve(code ?? -1);
      });
    });
  }

  get shown(): string {
    return this.#shown;
  }

  /** Waits for the question, which comes after everything answered so far, and types. */
  async answers(question: string, typed: string): Promise<void> {
    for (;;) {
      const at = this.#shown.indexOf(question, this.#read);
      if (at >= 0) {
        this.#read = at + question.length;
        this.#child.stdin.write(typed);
        return;
      }
      await new Promise((resolve, reject) => {
        this.#child.stdout.once("data", resolve);
        void this.#ended.then(() => {
          reject(new Error(`it ended before it asked "${question}":\n${this.#shown}`));
        });
      });
    }
  }

  ends(): Promise<number> {
    return this.#ended;
  }
}

describe("init on a terminal", { skip: missingScript() }, () => {
  const command = "chatelaine init --state-dir state --backup-to backup.age";
  const places: ScriptPlace[] = [];
  let place: ScriptPlace;
  let session: Session;
  beforeEach(() => {
    place = new ScriptPlace();
    places.push(place);
    session = new Session(place, command);
  });
  after(() => {
    for (const each of places) {
      each.discard();
    }
  });

  it("offers a passphrase, and takes it once it was typed back", async () => {
    await session.answers(CHOOSE, ENTER);
    const offered = /^ {4}(\S+)\r$/m.exec(session.shown)?.[1] ?? "";
    assert.match(offered, /^[a-z2-7-]{20,}$/);
    await session.answers(REPEAT, `${offered}${ENTER}`);
    await session.answers(REMIND, `in the safe${ENTER}`);
    assert.equal(await session.ends(), 0);
    assert.equal(session.shown.split(offered).length, 2, "it is shown once, when it is offered");
    const { stdout } = await place.run("cat backup.age.txt");
    assert.match(stdout, /^Reminder: +in the safe$/m);
  });

  it("takes one of the user's own, corrected with the backspace key, and never shows it", async () => {
    const own = "a passphrase that ada thought of";
    await session.answers(CHOOSE, `${own}é${BACKSPACE}${ENTER}`);
    await session.answers(REPEAT, `${own}${ENTER}`);
    await session.answers(REMIND, ENTER);
    assert.equal(await session.ends(), 0);
    assert.ok(!session.shown.includes(own));
    const verify = new Session(
      place,
      "chatelaine secret backup verify backup.age --state-dir state",
    );
    await verify.answers("passphrase of the backup: ", `${own}${ENTER}`);
    assert.equal(await verify.ends(), 0);
  });

  it("makes nothing of a passphrase that is never repeated", async () => {
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      await session.answers(CHOOSE, ENTER);
      await session.answers(REPEAT, `what was it${ENTER}`);
    }
    assert.equal(await session.ends(), 3);
    assert.match(session.shown, /they differ; once more/);
    assert.match(session.shown, /\[passphrase-unfit\]/);
    assert.ok(!existsSync(join(place.directory, "state")));
  });

  it("refuses a short one before it is repeated", async () => {
    await session.answers(CHOOSE, `short${ENTER}`);
    assert.equal(await session.ends(), 3);
    assert.match(session.shown, /\[passphrase-unfit\]/);
  });

  it("does not take the first of several lines that were pasted", async () => {
    await session.answers(CHOOSE, `the first line of a key${ENTER}the second${ENTER}`);
    assert.equal(await session.ends(), 3);
    assert.match(session.shown, /more than one line was entered/);
    assert.ok(!existsSync(join(place.directory, "state")));
  });

  it("makes nothing after Ctrl-C", async () => {
    await session.answers(CHOOSE, `half a pass${CTRL_C}`);
    assert.equal(await session.ends(), 3);
    assert.match(session.shown, /nothing was entered \[passphrase-required\]/);
    assert.ok(!existsSync(join(place.directory, "state")));
  });
});
