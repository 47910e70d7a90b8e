import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { inspect } from "node:util";
import { toHex } from "./bytes.ts";
import { InvariantBroken } from "./invariant.ts";
import { Keyring, type KeyringVersion, type VersionState } from "./keyring.ts";
import { addVersion, destroyVersion, promoteVersion } from "./keyring-acts.ts";
import { SecretBytes } from "./secret-bytes.ts";
import {
  checkValueOfNumber,
  makeSecret,
  OTHER_SYSTEM,
  SYSTEM,
} from "../test/statement-fixtures.ts";

describe("Keyring", () => {
  it("knows its versions, ascending, with their states and its primary", () => {
    const ring = ringOf({ 7: "prepared", 2: "retired", 5: "primary" });
    assert.deepEqual(ring.numbers, [2, 5, 7]);
    assert.equal(ring.primary, 5);
    assert.deepEqual(statesOf(ring), { 2: "retired", 5: "primary", 7: "prepared" });
    assert.equal(ring.stateOf(3), undefined);
    assert.equal(ring.has(3), false);
  });

  it("has no primary while all its versions are only prepared", () => {
    assert.equal(ringOf({ 1: "prepared", 2: "prepared" }).primary, undefined);
    assert.equal(ringOf({}).primary, undefined);
  });

  it("refuses two primaries, none, a number twice, wrong numbers and lengths", () => {
    const secret = makeSecret(1);
    const wrong: readonly (readonly KeyringVersion[])[] = [
      versionsOf({ 1: "primary", 2: "primary" }),
      versionsOf({ 1: "retired" }),
      versionsOf({ 1: "retired", 2: "prepared" }),
      [...versionsOf({ 1: "primary" }), { number: 1, state: "retired", secret }],
      [{ number: 0, state: "primary", secret }],
      [{ number: 2 ** 32, state: "primary", secret }],
      [{ number: 1.5, state: "primary", secret }],
      [{ number: 1, state: "primary", secret: SecretBytes.copyOf(new Uint8Array(31)) }],
    ];
    for (const versions of wrong) {
      assert.throws(() => Keyring.of(SYSTEM, versions), InvariantBroken, inspect(versions));
    }
  });

  it("names each version by its check value, which no one can change through it", () => {
    const ring = ringOf({ 1: "primary" });
    assert.deepEqual(ring.checkValue(1), checkValueOfNumber(1));
    ring.checkValue(1).fill(0);
    assert.deepEqual(ring.checkValue(1), checkValueOfNumber(1));
    assert.throws(() => ring.checkValue(2), InvariantBroken);
  });

  it("names the same bytes differently in another system and under another number", () => {
    const names = [
      Keyring.of(SYSTEM, [{ number: 1, state: "primary", secret: makeSecret(1) }]).checkValue(1),
      Keyring.of(SYSTEM, [{ number: 2, state: "primary", secret: makeSecret(1) }]).checkValue(2),
      Keyring.of(OTHER_SYSTEM, [{ number: 1, state: "primary", secret: makeSecret(1) }]).checkValue(
        1,
      ),
    ];
    assert.equal(new Set(names.map(toHex)).size, 3);
  });

  it("is of no use after it was erased, and its secrets are overwritten", () => {
    const secret = makeSecret(1);
    const ring = Keyring.of(SYSTEM, [{ number: 1, state: "primary", secret }]);
    ring.valueKey(1, "app", 0);
    ring.erase();
    ring.erase();
    assert.throws(() => secret.length, InvariantBroken);
    assert.throws(() => ring.valueKey(1, "app", 0), InvariantBroken);
    assert.throws(() => ring.stampKey(1), InvariantBroken);
    assert.throws(() => ring.has(1), InvariantBroken);
    assert.throws(() => ring.exportVersions(), InvariantBroken);
  });

  it("shows no secret when it is printed", () => {
    const ring = ringOf({ 1: "primary" });
    const secret = makeSecret(1).use(toHex);
    const printed = inspect(ring, { depth: 9, showHidden: true });
    assert.ok(!printed.includes(secret));
  });
});

describe("the acts of rotation", () => {
  it("lead a keyring from its first version to its second", () => {
    let ring = Keyring.of(SYSTEM, []);
    ring = addVersion(ring, 1, makeSecret(1));
    assert.deepEqual([statesOf(ring), ring.revision], [{ 1: "prepared" }, 2n]);
    ring = promoteVersion(ring, 1);
    assert.deepEqual([statesOf(ring), ring.revision], [{ 1: "primary" }, 3n]);
    ring = addVersion(ring, 2, makeSecret(2));
    assert.deepEqual([statesOf(ring), ring.revision], [{ 1: "primary", 2: "prepared" }, 4n]);
    ring = promoteVersion(ring, 2);
    assert.deepEqual([statesOf(ring), ring.revision], [{ 1: "retired", 2: "primary" }, 5n]);
    ring = destroyVersion(ring, 1);
    assert.deepEqual([statesOf(ring), ring.revision], [{ 2: "primary" }, 6n]);
    assert.deepEqual(ring.checkValue(2), checkValueOfNumber(2));
  });

  it("leave the keyring they start from as it was, usable until it is erased", () => {
    const before = ringOf({ 1: "primary", 2: "prepared" });
    const after = promoteVersion(before, 2);
    assert.equal(before.primary, 1);
    before.erase();
    assert.deepEqual(after.checkValue(1), checkValueOfNumber(1));
    after.valueKey(1, "app", 0);
  });

  it("never give a number again", () => {
    const ring = ringOf({ 2: "primary" });
    for (const number of [0, 1, 2]) {
      assert.throws(() => addVersion(ring, number, makeSecret(number)), InvariantBroken);
    }
  });

  it("promote a prepared version only", () => {
    const ring = ringOf({ 1: "retired", 2: "primary" });
    for (const number of [1, 2, 3]) {
      assert.throws(() => promoteVersion(ring, number), InvariantBroken);
    }
  });

  it("retire the primary only, when another is promoted", () => {
    const ring = ringOf({ 1: "retired", 2: "primary", 3: "prepared", 4: "prepared" });
    const expected = { 1: "retired", 2: "retired", 3: "primary", 4: "prepared" };
    assert.deepEqual(statesOf(promoteVersion(ring, 3)), expected);
  });

  it("destroy neither the primary nor what is not there", () => {
    const ring = ringOf({ 1: "primary", 2: "prepared" });
    assert.throws(() => destroyVersion(ring, 1), InvariantBroken);
    assert.throws(() => destroyVersion(ring, 3), InvariantBroken);
    assert.deepEqual(statesOf(destroyVersion(ring, 2)), { 1: "primary" });
  });
});

function versionsOf(states: Readonly<Record<number, VersionState>>): readonly KeyringVersion[] {
  return Object.entries(states).map(([key, state]) => {
    const number = Number(key);
    return { number, state, secret: makeSecret(number) };
  });
}

function ringOf(states: Readonly<Record<number, VersionState>>): Keyring {
  return Keyring.of(SYSTEM, [...versionsOf(states)].reverse());
}

function statesOf(ring: Keyring): Record<number, VersionState | undefined> {
  return Object.fromEntries(ring.numbers.map((number) => [number, ring.stateOf(number)]));
}
