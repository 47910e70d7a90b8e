import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { makeAuthority, makeCharter, OTHER_NODE, SYSTEM } from "../test/statement-fixtures.ts";
import { type Charter, type CharterVersion, openCharter, signCharter } from "./charter.ts";
import { CryptoError } from "./crypto-error.ts";
import { InvariantBroken } from "./invariant.ts";

const authority = makeAuthority();
const checkValue = new Uint8Array(32);

function primary(number: number): CharterVersion {
  return { number, state: "primary", checkValue };
}

/** As many versions as asked, the last of which is primary. */
function manyVersions(count: number): readonly CharterVersion[] {
  return Array.from({ length: count }, (_, index) => ({
    number: index + 1,
    state: index + 1 === count ? "primary" : "destroyed",
    checkValue,
  }));
}

describe("a charter", () => {
  it("is read as it was signed, with as many versions as it may have", () => {
    const charter = makeCharter({ versions: manyVersions(1024), serial: 2n ** 64n - 1n });
    const note = signCharter(authority, SYSTEM, charter);
    assert.deepEqual(openCharter(note, SYSTEM, authority.publicKey), charter);
  });

  const unsound: readonly (readonly [why: string, changes: Partial<Charter>])[] = [
    ["serial 0", { serial: 0n }],
    ["serial of 65 bits", { serial: 2n ** 64n }],
    ["incarnation 0", { incarnation: 0n }],
    ["keyring revision 0", { keyringRevision: 0n }],
    ["no version", { versions: [] }],
    ["two primaries", { versions: [primary(1), primary(2)] }],
    ["no primary", { versions: [{ number: 1, state: "prepared", checkValue }] }],
    ["version 0", { versions: [primary(0)] }],
    ["version 1.5", { versions: [primary(1.5)] }],
    ["version of 33 bits", { versions: [primary(2 ** 32)] }],
    ["a short check value", { versions: [{ ...primary(1), checkValue: new Uint8Array(31) }] }],
    ["more versions than it may have", { versions: manyVersions(1025) }],
    ["a node revoked twice", { revokedNodes: [OTHER_NODE, OTHER_NODE] }],
    ["something else as warrant id", { revokedWarrants: ["x"] }],
    ["a short authority key", { authorityKey: new Uint8Array(31) }],
    ["something else as CA key", { caKey: new Uint8Array(91) }],
    ["a short access list hash", { accessListHash: new Uint8Array(31) }],
  ];
  for (const [why, changes] of unsound) {
    it(`is not signed with ${why}`, () => {
      assert.throws(() => signCharter(authority, SYSTEM, makeCharter(changes)), InvariantBroken);
    });
  }

  it("is refused with more versions than it may have", () => {
    const note = signCharter(authority, SYSTEM, makeCharter({ versions: manyVersions(1024) }));
    const body = note.slice(0, note.indexOf("\n\n")).split("\n").slice(2);
    const last = body.findLastIndex((line) => line.startsWith("version "));
    const more = body.toSpliced(last + 1, 0, `version 1025 destroyed ${"0".repeat(64)}`);
    const crowded = authority.sign("chatelaine/charter/v1", SYSTEM, more);
    assert.throws(() => openCharter(crowded, SYSTEM, authority.publicKey), CryptoError);
  });
});
