/** Backups and Debian's `age`: it opens ours as they are, and we open its. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { requirement } from "../../../tools/requirement.ts";
import { decryptBackup, encryptBackup, generatePassphrase } from "../src/index.ts";
import { bytesOf, LITTLE_WORK, makePayload, secretText, seededRandom } from "./backup-fixtures.ts";

const ACCENTED = "clé de la châtelaine";

/** Runs `age` on a terminal of its own, since it asks for passphrases nowhere else. */
function ageAtTerminal(args: readonly string[], typed: string): Promise<string> {
  const command = ["age", ...args].map((word) => `'${word}'`).join(" ");
  const child = spawn("script", ["--quiet", "--return", "--command", command, "/dev/null"]);
  let shown = "";
  child.stdout.on("data", (piece: Buffer) => {
    shown += piece.toString("utf8");
  });
  child.stdin.write(typed);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      child.stdin.end();
      resolve(code === 0 ? "done" : shown);
    });
  });
}

describe("the age program", { skip: requirement("age") ?? false }, () => {
  let folder = "";

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "chatelaine-age-"));
  });

  after(() => {
    rmSync(folder, { recursive: true });
  });

  it("opens a backup as it is", async () => {
    const passphrase = generatePassphrase(seededRandom("passphrase"));
    const typed = Buffer.from(bytesOf(passphrase)).toString("latin1");
    writeFileSync(join(folder, "ours.age"), await encryptBackup(makePayload(), passphrase));
    const args = ["-d", "-o", join(folder, "ours"), join(folder, "ours.age")];
    assert.equal(await ageAtTerminal(args, `${typed}\n`), "done");
    assert.deepEqual(
      Uint8Array.from(readFileSync(join(folder, "ours"))),
      Uint8Array.from(bytesOf(makePayload())),
    );
  });

  it("does not open a backup with another passphrase", async () => {
    const passphrase = secretText(ACCENTED);
    const file = await encryptBackup(makePayload(), passphrase, LITTLE_WORK);
    writeFileSync(join(folder, "other.age"), file);
    const args = ["-d", "-o", join(folder, "other"), join(folder, "other.age")];
    assert.notEqual(await ageAtTerminal(args, `${ACCENTED}!\n`), "done");
  });

  it("makes files that we open", async () => {
    writeFileSync(join(folder, "theirs"), bytesOf(makePayload()));
    const args = ["-p", "-o", join(folder, "theirs.age"), join(folder, "theirs")];
    assert.equal(await ageAtTerminal(args, `${ACCENTED}\n${ACCENTED}\n`), "done");
    const file = readFileSync(join(folder, "theirs.age"));
    const payload = await decryptBackup(file, secretText(ACCENTED));
    assert.deepEqual(bytesOf(payload), bytesOf(makePayload()));
  });
});
