/** The C2SP test kit for age (https://c2sp.org/CCTV/age), against our decryptor as it is wired. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "node:test";
import { inflateSync } from "node:zlib";
import { armor, Decrypter } from "age-encryption";
import * as vectors from "cctv-age";
import { withoutArmor } from "../src/age-armor.ts";
import { decryptAgeFile } from "../src/age-file.ts";
import { WORK_FACTOR } from "../src/age-header.ts";
import { BackupError, type BackupFault } from "../src/backup-error.ts";

interface Vector {
  readonly name: string;
  readonly expect: string;
  readonly payloadHash: string | undefined;
  readonly passphrases: readonly string[];
  readonly identities: readonly string[];
  readonly isArmored: boolean;
  readonly file: Uint8Array;
}

/** Which of our codes each outcome of the kit may have. */
const CODES: Readonly<Record<string, readonly BackupFault[]>> = {
  "no match": ["backup-wrong-passphrase", "backup-not-a-backup"],
  "HMAC failure": ["backup-damaged"],
  "header failure": ["backup-damaged", "backup-newer-format", "backup-not-a-backup"],
  "payload failure": ["backup-damaged"],
};

function parseVector(name: string, bytes: Uint8Array): Vector {
  const end = Buffer.from(bytes).indexOf("\n\n");
  const lines = Buffer.from(bytes.subarray(0, end)).toString("utf8").split("\n");
  const all = (key: string) =>
    lines.filter((line) => line.startsWith(`${key}: `)).map((line) => line.slice(key.length + 2));
  const file = bytes.subarray(end + 2);
  return {
    name,
    expect: all("expect")[0] ?? "",
    payloadHash: all("payload")[0],
    passphrases: all("passphrase"),
    identities: all("identity"),
    isArmored: all("armored")[0] === "yes",
    file: all("compressed")[0] === "zlib" ? inflateSync(file) : file,
  };
}

const all = Object.entries(vectors)
  .filter(([name]) => name !== "default")
  .map(([name, bytes]) => parseVector(name, bytes));

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** The binary file; what is not taken for armor is refused as the next step refuses it. */
function readArmored(file: Uint8Array): void {
  const binary = withoutArmor(file);
  if (binary === file) {
    throw new BackupError("backup-not-a-backup", "neither armored nor binary");
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof BackupError;
}

describe("age kit: passphrases, by our decryptor", () => {
  const ours = all.filter(({ passphrases }) => passphrases.length === 1);

  for (const { name, expect, payloadHash, passphrases, file } of ours) {
    it(`${name}: ${expect}`, async () => {
      const opening = decryptAgeFile(file, Buffer.from(passphrases[0] ?? ""), WORK_FACTOR);
      if (expect === "success") {
        assert.equal(sha256(await opening), payloadHash);
        return;
      }
      await assert.rejects(
        opening,
        (error) => error instanceof BackupError && (CODES[expect] ?? []).includes(error.code),
      );
    });
  }

  it("holds vectors of this kind", () => {
    assert.ok(ours.length >= 10, ours.length.toString());
  });
});

describe("age kit: armor, by our reader", () => {
  const armored = all.filter(({ isArmored }) => isArmored);

  for (const { name, expect, file } of armored) {
    it(`${name}: ${expect}`, () => {
      if (expect === "armor failure") {
        assert.throws(() => readArmored(file), isRefusal);
      } else {
        assert.doesNotThrow(() => readArmored(file));
      }
    });
  }

  it("holds vectors of this kind", () => {
    assert.ok(armored.length >= 30, armored.length.toString());
  });
});

describe("age kit: everything else, by the library", () => {
  const others = all.filter(({ passphrases }) => passphrases.length !== 1);

  for (const { name, expect, payloadHash, passphrases, identities, isArmored, file } of others) {
    it(`${name}: ${expect}`, async () => {
      const decrypter = new Decrypter();
      for (const passphrase of passphrases) {
        decrypter.addPassphrase(passphrase);
      }
      for (const identity of identities) {
        decrypter.addIdentity(identity);
      }
      const open = async (): Promise<Uint8Array> => {
        const text = Buffer.from(file).toString("latin1");
        return await decrypter.decrypt(isArmored ? armor.decode(text) : file);
      };
      if (expect === "success") {
        assert.equal(sha256(await open()), payloadHash);
      } else {
        await assert.rejects(open);
      }
    });
  }

  it("holds vectors of this kind", () => {
    assert.ok(others.length >= 50, others.length.toString());
  });
});
