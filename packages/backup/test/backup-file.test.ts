import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { encodeFields, InvariantBroken, SecretBytes, text } from "@chatelaine/crypto";
import { withArmor, withoutArmor } from "../src/age-armor.ts";
import { decryptAgeFile } from "../src/age-file.ts";
import { checkAgeHeader, FILE_BYTES_MAX, WORK_FACTOR } from "../src/age-header.ts";
import { runAgeJob } from "../src/age-job.ts";
import {
  BackupError,
  type BackupFault,
  decryptBackup,
  encryptBackup,
  openBackup,
  readBackupPayload,
} from "../src/index.ts";
import { bytesOf, LITTLE_WORK, makePayload, PASSPHRASE, secretText } from "./backup-fixtures.ts";

const passphrase = secretText(PASSPHRASE);
const file = await encryptBackup(makePayload(), passphrase, LITTLE_WORK);
const binary = Buffer.from(withoutArmor(file));
const HEADER_BYTES = binary.indexOf("\n", binary.indexOf("--- ")) + 1;
const ARMORED = Buffer.from(file).toString("latin1");

function refusal(...codes: readonly BackupFault[]): (error: unknown) => boolean {
  return (error) => error instanceof BackupError && codes.includes(error.code);
}

/** As `decryptBackup` does it, but for the worker, which a thousand cases need not start. */
async function decryptHere(bytes: Uint8Array): Promise<Uint8Array> {
  return await decryptAgeFile(bytes, Buffer.from(PASSPHRASE), WORK_FACTOR);
}

/** The same with one bit flipped. */
function flipped(bytes: Uint8Array, index: number, bit: number): Uint8Array {
  return bytes.map((byte, at) => (at === index ? byte ^ (1 << bit) : byte));
}

/** The binary file with another work factor in its header, which its tag then does not fit. */
function claiming(workFactor: string): Uint8Array {
  return Buffer.from(binary.toString("latin1").replace(" 1\n", ` ${workFactor}\n`), "latin1");
}

async function sealed(payload: Uint8Array): Promise<Uint8Array> {
  return await encryptBackup(SecretBytes.copyOf(payload), passphrase, LITTLE_WORK);
}

describe("a backup file", () => {
  it("opens to what was put in", async () => {
    const payload = await decryptBackup(file, passphrase);
    assert.deepEqual(bytesOf(payload), bytesOf(makePayload()));
  });

  it("gives its contents", async () => {
    const contents = await openBackup(file, passphrase);
    assert.equal(contents.backupId, "bak_test");
  });

  it("is an armored age file with nothing before or after the armor", () => {
    assert.match(ARMORED, /^-----BEGIN AGE ENCRYPTED FILE-----\n/);
    assert.match(ARMORED, /\n-----END AGE ENCRYPTED FILE-----\n$/);
  });

  it("is for one passphrase", () => {
    const header = binary.subarray(0, HEADER_BYTES).toString("latin1");
    assert.match(
      header,
      /^age-encryption\.org\/v1\n-> scrypt [^ ]{22} 1\n[^\n]{43}\n--- [^\n]{43}\n$/,
    );
  });

  it("is written with a work factor of 18 unless another is asked for", async () => {
    const strong = Buffer.from(withoutArmor(await encryptBackup(makePayload(), passphrase)));
    assert.match(strong.toString("latin1"), /^[^\n]+\n-> scrypt [^ ]{22} 18\n/);
  });

  it("is not written with a work factor that is not read by default", async () => {
    for (const workFactor of [0, 19]) {
      const writing = encryptBackup(makePayload(), passphrase, { workFactor });
      await assert.rejects(writing, InvariantBroken);
    }
  });

  it("leaves payload and passphrase to the caller", async () => {
    const payload = makePayload();
    await encryptBackup(payload, passphrase, LITTLE_WORK);
    assert.deepEqual(bytesOf(payload), bytesOf(makePayload()));
    assert.deepEqual(bytesOf(passphrase), Uint8Array.from(Buffer.from(PASSPHRASE)));
  });

  it("leaves the file as it was when it is read", async () => {
    const copy = Uint8Array.from(file);
    await decryptBackup(copy, passphrase);
    assert.deepEqual(copy, file);
  });

  it("does not hold the payload in clear", () => {
    assert.equal(binary.indexOf("chatelaine"), -1);
  });

  it("takes a passphrase of any text", async () => {
    const typed = secretText("Zürich – Чатлен – 鍵 🗝");
    const other = await encryptBackup(makePayload(), typed, LITTLE_WORK);
    assert.deepEqual(bytesOf(await decryptBackup(other, typed)), bytesOf(makePayload()));
  });
});

describe("a backup file is read", () => {
  const changed: readonly (readonly [how: string, bytes: Uint8Array | string])[] = [
    ["without its armor", binary],
    ["with CRLF at the end of its lines", ARMORED.replaceAll("\n", "\r\n")],
    ["without its last newline", ARMORED.trimEnd()],
    ["with white space around its armor", `\r\n\t ${ARMORED} \t\r\n`],
  ];
  for (const [how, bytes] of changed) {
    it(how, async () => {
      const payload = await decryptBackup(Buffer.from(bytes as string, "latin1"), passphrase);
      assert.deepEqual(bytesOf(payload), bytesOf(makePayload()));
    });
  }

  it("with a work factor of up to 18", () => {
    checkAgeHeader(claiming("18"), WORK_FACTOR);
  });

  it("with as high a work factor as is allowed", async () => {
    const stronger = await encryptBackup(makePayload(), passphrase, { workFactor: 2 });
    const reading = decryptBackup(stronger, passphrase, { workFactorMax: 1 });
    await assert.rejects(reading, refusal("backup-not-a-backup"));
    const payload = await decryptBackup(stronger, passphrase, { workFactorMax: 2 });
    assert.deepEqual(bytesOf(payload), bytesOf(makePayload()));
    checkAgeHeader(claiming("20"), 20);
  });

  it("with no work factor above 20, whoever allows it", async () => {
    for (const workFactorMax of [0, 21]) {
      const reading = decryptBackup(file, passphrase, { workFactorMax });
      await assert.rejects(reading, InvariantBroken);
    }
  });
});

describe("a job of the worker", () => {
  it("overwrites what it was given", async () => {
    const input = Uint8Array.from(bytesOf(makePayload()));
    const secret = Uint8Array.from(Buffer.from(PASSPHRASE));
    await runAgeJob({ kind: "encrypt", input, passphrase: secret, workFactor: 1 });
    assert.ok(input.every((byte) => byte === 0));
    assert.ok(secret.every((byte) => byte === 0));
  });

  it("fails as a defect where the library does", async () => {
    const input = new Uint8Array(1);
    const job = { kind: "encrypt", input, passphrase: new Uint8Array(1), workFactor: 99 } as const;
    await assert.rejects(runAgeJob(job), (error) => !(error instanceof BackupError));
  });
});

describe("a worker that does not answer", () => {
  for (const [what, source] of [
    ["ends", "process.exit(0)"],
    ["fails", "process.nextTick(() => null.f)"],
  ] as const) {
    it(`is a defect when it ${what}`, async () => {
      const workerUrl = new URL(`data:text/javascript,${encodeURIComponent(source)}`);
      await assert.rejects(
        decryptBackup(file, passphrase, { workerUrl }),
        (error) => error instanceof Error && !(error instanceof BackupError),
      );
    });
  }
});

describe("a backup file is refused", () => {
  it("with a wrong passphrase", async () => {
    const wrong = secretText(`${PASSPHRASE}!`);
    await assert.rejects(decryptBackup(file, wrong), refusal("backup-wrong-passphrase"));
  });

  it("with its payload damaged", async () => {
    const reading = decryptBackup(flipped(binary, HEADER_BYTES + 20, 3), passphrase);
    await assert.rejects(reading, refusal("backup-damaged"));
  });

  it("with any one bit of its header flipped", async () => {
    for (let index = 0; index < HEADER_BYTES; index += 1) {
      for (let bit = 0; bit < 8; bit += 1) {
        await assert.rejects(
          decryptHere(flipped(binary, index, bit)),
          BackupError,
          `${index}, ${bit}`,
        );
      }
    }
  });

  it("with a bit flipped in any byte of nonce and payload", async () => {
    for (let index = HEADER_BYTES; index < binary.length; index += 1) {
      const reading = decryptHere(flipped(binary, index, index % 8));
      await assert.rejects(reading, refusal("backup-damaged"), index.toString());
    }
  });

  it("with a bit flipped in any byte of its armor", async () => {
    for (let index = 0; index < file.length; index += 1) {
      const reading = decryptHere(flipped(file, index, index % 8));
      await assert.rejects(reading, BackupError, index.toString());
    }
  });

  it("cut short at any length", async () => {
    for (let length = 0; length < binary.length; length += 1) {
      await assert.rejects(decryptHere(binary.subarray(0, length)), BackupError, length.toString());
    }
  });

  it("cut short anywhere before the end of its armor", async () => {
    for (let length = 0; length < ARMORED.trimEnd().length; length += 1) {
      await assert.rejects(decryptHere(file.subarray(0, length)), BackupError, length.toString());
    }
  });

  it("with a byte after its end", async () => {
    const longer = Buffer.concat([binary, Buffer.from([0])]);
    await assert.rejects(decryptHere(longer), refusal("backup-damaged"));
    await assert.rejects(decryptHere(withArmor(longer)), refusal("backup-damaged"));
  });

  it("with anything but white space around its armor", async () => {
    for (const text of [`${ARMORED}\0`, `${ARMORED}\v`, `${ARMORED}${ARMORED}`]) {
      const reading = decryptHere(Buffer.from(text, "latin1"));
      await assert.rejects(reading, refusal("backup-damaged"));
    }
    const after = Buffer.from(`Dear Ada,\n${ARMORED}`);
    await assert.rejects(decryptHere(after), refusal("backup-not-a-backup"));
  });

  const notBackups: readonly (readonly [what: string, bytes: Uint8Array | string])[] = [
    ["nothing", ""],
    ["text", "hello"],
    ["age for a recipient", "age-encryption.org/v1\n-> X25519 abc\n"],
    ["too much work", claiming("19")],
    ["absurdly much work", claiming("9".repeat(99))],
    ["too much work in armor", withArmor(claiming("19"))],
    ["too many bytes", Buffer.concat([file, Buffer.alloc(FILE_BYTES_MAX)])],
  ];
  for (const [what, bytes] of notBackups) {
    it(`as not one, when it is ${what}`, async () => {
      const reading = decryptBackup(Buffer.from(bytes as string, "latin1"), passphrase);
      await assert.rejects(reading, refusal("backup-not-a-backup"));
    });
  }

  it("as newer, when age has another version", async () => {
    const newer = Buffer.from("age-encryption.org/v2\n-> scrypt x\n");
    await assert.rejects(decryptBackup(newer, passphrase), refusal("backup-newer-format"));
  });

  it("as damaged, when age's version is not one", async () => {
    const damaged = Buffer.from("age-encryption.org/x1\n-> scrypt x\n");
    await assert.rejects(decryptBackup(damaged, passphrase), refusal("backup-damaged"));
  });

  it("as newer, when the payload has another version", async () => {
    const newer = await sealed(encodeFields(text("chatelaine/backup/v2"), text("more")));
    await assert.rejects(openBackup(newer, passphrase), refusal("backup-newer-format"));
  });

  it("as not one, when something else was encrypted", async () => {
    const other = await sealed(text("my diary"));
    await assert.rejects(openBackup(other, passphrase), refusal("backup-not-a-backup"));
  });

  it("as damaged, when the payload breaks a rule", async () => {
    const broken = await sealed(encodeFields(text("chatelaine/backup/v1"), text("x")));
    await assert.rejects(openBackup(broken, passphrase), refusal("backup-damaged"));
  });
});

describe("a payload", () => {
  it("that was erased is a defect, not a damaged backup", () => {
    const payload = makePayload();
    payload.erase();
    assert.throws(() => readBackupPayload(payload), InvariantBroken);
  });
});
