import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "node:test";
import { SecretBytes } from "@chatelaine/crypto";
import { wordlist } from "@scure/bip39/wordlists/english.js";
import { bytesOf, secretText, seededRandom } from "../test/backup-fixtures.ts";
import { generatePassphrase, passphraseProblem, reminderProblem } from "./passphrase.ts";

function problemOf(bytes: Uint8Array | string): string | undefined {
  const isText = typeof bytes === "string";
  return passphraseProblem(isText ? secretText(bytes) : SecretBytes.copyOf(bytes));
}

describe("a passphrase", () => {
  it("has 16 to 256 characters", () => {
    assert.equal(problemOf("x".repeat(15)), "too-short");
    assert.equal(problemOf("x".repeat(16)), undefined);
    assert.equal(problemOf("x".repeat(256)), undefined);
    assert.equal(problemOf("x".repeat(257)), "too-long");
    assert.equal(problemOf(""), "too-short");
  });

  it("is counted in characters, not in bytes", () => {
    assert.equal(problemOf("鍵".repeat(15)), "too-short");
    assert.equal(problemOf("🗝".repeat(16)), undefined);
    assert.equal(problemOf("é".repeat(256)), undefined);
  });

  it("has no control character", () => {
    for (const control of ["\n", "\0", "\t", "\u007f"]) {
      assert.equal(problemOf(`sixteen and more${control}`), "not-text");
    }
  });

  it("is text", () => {
    assert.equal(problemOf(new Uint8Array(20).fill(0xff)), "not-text");
  });
});

function wordsOf(passphrase: SecretBytes): readonly string[] {
  return Buffer.from(bytesOf(passphrase)).toString("latin1").split("-");
}

describe("the list of words", () => {
  it("is the one of BIP-39", () => {
    const lines = `${wordlist.join("\n")}\n`;
    const published = "2f5eed53a4727b4bf8880d8f3f199efc90e58503646d9ff8eff3a2ed3b24dbda";
    assert.equal(createHash("sha256").update(lines).digest("hex"), published);
  });

  it("has 2048 words of three to eight letters, no two with the same first four", () => {
    assert.equal(new Set(wordlist.map((word) => word.slice(0, 4))).size, 2048);
    assert.ok(wordlist.every((word) => /^[a-z]{3,8}$/.test(word)));
  });
});

describe("a generated passphrase", () => {
  it("is ten words of the list, with dashes between them", () => {
    for (const seed of ["a", "b", "c", "d"]) {
      const words = wordsOf(generatePassphrase(seededRandom(seed)));
      assert.equal(words.length, 10);
      for (const word of words) {
        assert.ok(wordlist.includes(word), word);
      }
    }
  });

  it("takes every word from eleven random bits of its own", () => {
    const pairs = [0x0000, 0x07ff, 0x0800, 0xffff, 0x0001, 0x07fe, 0xf801, 0x0400, 0x03ff, 0x1234];
    // The bytes need not be at the beginning of their buffer.
    const drawn = [0xff, ...pairs.flatMap((pair) => [pair >> 8, pair & 0xff])];
    const random = { bytes: () => Uint8Array.from(drawn).subarray(1) };
    const expected = pairs.map((pair) => wordlist[pair & 0x07ff]);
    assert.deepEqual(wordsOf(generatePassphrase(random)), expected);
  });

  it("leaves none of the random bytes behind", () => {
    const drawn = seededRandom("a").bytes(20);
    generatePassphrase({ bytes: () => drawn });
    assert.ok(drawn.every((byte) => byte === 0));
  });

  it("is a passphrase", () => {
    assert.equal(passphraseProblem(generatePassphrase(seededRandom("a"))), undefined);
  });

  it("is another one each time", () => {
    const random = seededRandom("a");
    const [one, two] = [generatePassphrase(random), generatePassphrase(random)];
    assert.notDeepEqual(bytesOf(one), bytesOf(two));
  });
});

describe("a reminder", () => {
  const passphrase = secretText("correct horse battery");

  it("may be any line of up to 512 characters", () => {
    assert.equal(reminderProblem("the safe in Zürich", passphrase), undefined);
    assert.equal(reminderProblem("x".repeat(512), passphrase), undefined);
    assert.equal(reminderProblem("x".repeat(513), passphrase), "too-long");
  });

  it("is one line of text", () => {
    for (const text of ["a\nb", "a\u2028b", "a\u0007", "\ud800"]) {
      assert.equal(reminderProblem(text, passphrase), "not-text");
    }
  });

  it("does not tell the passphrase", () => {
    const reminder = "it is correct horse battery, of course";
    assert.equal(reminderProblem(reminder, passphrase), "tells-passphrase");
  });
});
