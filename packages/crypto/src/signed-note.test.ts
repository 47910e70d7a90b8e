import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { makeAuthority, NODE, SYSTEM } from "../test/statement-fixtures.ts";
import { openNote } from "./authority.ts";
import { fromBase64, toBase64 } from "./base64.ts";
import { concat, toHex } from "./bytes.ts";
import { CryptoError } from "./crypto-error.ts";
import { privateKeyFrom, publicKeyFrom, signEd25519, verifyEd25519 } from "./curve25519-keys.ts";
import { InvariantBroken } from "./invariant.ts";
import { keyHash, NOTE_BYTES_MAX, noteId } from "./signed-note.ts";
import { text } from "./text.ts";

const TYPE = "chatelaine/drill/v1";
const authority = makeAuthority();
const expected = { type: TYPE, systemId: SYSTEM, authorityKey: authority.publicKey } as const;

function refusal(code: string): (error: unknown) => boolean {
  return (error) => error instanceof CryptoError && error.code === code;
}

describe("a signed note", () => {
  it("gives back the lines that were signed", () => {
    const body = [`node ${NODE}`, "note every value, ends — with the line", "x-1 y"];
    assert.deepEqual(openNote(authority.sign(TYPE, SYSTEM, body), expected), body);
  });

  it("may have no lines of its own", () => {
    assert.deepEqual(openNote(authority.sign(TYPE, SYSTEM, []), expected), []);
  });

  it("is the text, an empty line and one signature line", () => {
    const note = authority.sign(TYPE, SYSTEM, ["name value"]);
    const lines = new RegExp(
      `^${TYPE}\n${SYSTEM}\nname value\n\n\u2014 ${SYSTEM}/authority [A-Za-z0-9+/]{91}=\n$`,
    );
    assert.match(note, lines);
  });

  it("is as the published example of the format: key hash and signature", () => {
    // The key and note that accompany the Go package golang.org/x/mod/sumdb/note, on which the
    // specification is built.
    const key = fromBase64("ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW").subarray(1);
    const signature = fromBase64(
      "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=",
    );
    const signedText =
      "If you think cryptography is the answer to your problem,\n" +
      "then you don't know what your problem is.\n";
    assert.equal(toHex(keyHash("PeterNeumann", key)), "c74f20a3");
    assert.equal(toHex(signature.subarray(0, 4)), "c74f20a3");
    const publicKey = publicKeyFrom("ed25519", key);
    assert.ok(verifyEd25519(publicKey, text(signedText), signature.subarray(4)));
  });

  it("has a name that no signature can change", () => {
    const note = authority.sign(TYPE, SYSTEM, ["a b"]);
    const other = makeAuthority("other authority").sign(TYPE, SYSTEM, ["a b"]);
    assert.equal(noteId(note), noteId(other));
    assert.notEqual(noteId(note), noteId(authority.sign(TYPE, SYSTEM, ["a c"])));
  });

  it("is not made of lines that could be read in another way", () => {
    for (const line of ["", "name", "name ", " value", "Name value", "1 value", "a b\n", "a b\r"]) {
      assert.throws(() => authority.sign(TYPE, SYSTEM, [line]), InvariantBroken, line);
    }
  });

  it("is refused when such lines were signed all the same", () => {
    using seed = authority.seed();
    const key = privateKeyFrom("ed25519", seed);
    const signedText = `${TYPE}\n${SYSTEM}\nno-value\n`;
    const hash = keyHash(`${SYSTEM}/authority`, authority.publicKey);
    const signature = toBase64(concat(hash, signEd25519(key, text(signedText))));
    const note = `${signedText}\n\u2014 ${SYSTEM}/authority ${signature}\n`;
    assert.throws(() => openNote(note, expected), refusal("malformed"));
  });

  it("is not made longer than it may be", () => {
    const body = [`a ${"b".repeat(NOTE_BYTES_MAX)}`];
    assert.throws(() => authority.sign(TYPE, SYSTEM, body), InvariantBroken);
  });

  it("is refused when it is longer than it may be", () => {
    const note = authority.sign(TYPE, SYSTEM, ["a b"]);
    const long = note.replace("a b\n", `a ${"b".repeat(NOTE_BYTES_MAX)}\n`);
    assert.throws(() => openNote(long, expected), refusal("malformed"));
  });

  it("is refused with half a character in it", () => {
    const note = authority.sign(TYPE, SYSTEM, ["a b"]).replace("a b", "a \ud800");
    assert.throws(() => openNote(note, expected), refusal("malformed"));
  });
});
