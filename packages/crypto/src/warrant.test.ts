import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { makeAuthority, makeWarrant, SYSTEM } from "../test/statement-fixtures.ts";
import { CryptoError } from "./crypto-error.ts";
import { InvariantBroken } from "./invariant.ts";
import { openWarrant, signWarrant, type Warrant } from "./warrant.ts";

const authority = makeAuthority();
const numbers = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => index.toString());

describe("a warrant", () => {
  it("is read as it was signed", () => {
    const warrant = makeWarrant({
      names: numbers(32),
      addresses: numbers(32),
      name: "é".repeat(64),
    });
    const note = signWarrant(authority, SYSTEM, warrant);
    assert.deepEqual(openWarrant(note, SYSTEM, authority.publicKey), warrant);
  });

  const unsound: readonly Partial<Warrant>[] = [
    { name: "" },
    { name: "x".repeat(65) },
    { name: "e\u0301" },
    { name: "\ud800" },
    { name: " one" },
    { name: "one\ntwo" },
    { admissionSerial: 0n },
    { admissionSerial: 2n ** 64n },
    { tlsKey: new Uint8Array(91) },
    { tlsKey: new Uint8Array(90) },
    { hpkeKey: new Uint8Array(31) },
    { statementKey: new Uint8Array(33) },
    { names: numbers(33) },
    { names: ["a", "a"] },
    { names: ["ä"] },
    { addresses: ["x".repeat(256)] },
    { addresses: [""] },
  ];
  for (const changes of unsound) {
    it(`is not signed with ${JSON.stringify(Object.entries(changes), hideBigInt)}`, () => {
      assert.throws(() => signWarrant(authority, SYSTEM, makeWarrant(changes)), InvariantBroken);
    });
  }

  it("is refused with more addresses than it may have", () => {
    const note = signWarrant(authority, SYSTEM, makeWarrant({ addresses: [] }));
    const body = note.slice(0, note.indexOf("\n\n")).split("\n").slice(2);
    const lines = [...body, ...numbers(33).map((number) => `address ${number}`)];
    const crowded = authority.sign("chatelaine/warrant/v1", SYSTEM, lines);
    assert.throws(() => openWarrant(crowded, SYSTEM, authority.publicKey), CryptoError);
  });
});

function hideBigInt(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? value.toString() : value;
}
