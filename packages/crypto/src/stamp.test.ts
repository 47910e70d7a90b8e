import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { toHex } from "./bytes.ts";
import { CryptoError } from "./crypto-error.ts";
import { InvariantBroken } from "./invariant.ts";
import { Keyring } from "./keyring.ts";
import { addVersion, destroyVersion, promoteVersion } from "./keyring-acts.ts";
import { stampRow, stampVersion, type StampedRow, verifyStamp } from "./stamp.ts";
import { text } from "./text.ts";
import { makeSecret, SYSTEM } from "../test/statement-fixtures.ts";

const row: StampedRow = {
  table: "grant",
  revision: text("1"),
  primaryKey: [text("app_sap"), text("admins")],
  columns: [text("administrator")],
};

describe("a stamp", () => {
  it("is made under the primary version, or under the one that was asked for", () => {
    const ring = promoteVersion(addVersion(ringOfOne(), 2, makeSecret(2)), 2);
    assert.equal(stampVersion(stampRow(ring, row)), 2);
    assert.equal(stampVersion(stampRow(ring, row, 1)), 1);
    verifyStamp(ring, row, stampRow(ring, row, 1));
  });

  it("is believed no longer when its version was destroyed", () => {
    const ring = promoteVersion(addVersion(ringOfOne(), 2, makeSecret(2)), 2);
    const stamp = stampRow(ring, row, 1);
    const verify = () => {
      verifyStamp(destroyVersion(ring, 1), row, stamp);
    };
    assert.throws(verify, new CryptoError("not-authentic"));
  });

  it("is not made before a version is primary, nor under one that is not there", () => {
    const ring = Keyring.of(SYSTEM, [{ number: 1, state: "prepared", secret: makeSecret(1) }]);
    assert.throws(() => stampRow(ring, row), InvariantBroken);
    assert.throws(() => stampRow(ringOfOne(), row, 9), InvariantBroken);
  });

  it("is different for different rows", () => {
    const ring = ringOfOne();
    const parts = fc.uint8Array({ max: 1, maxLength: 2 });
    const rows = fc.record({
      table: fc.constantFrom("a", "b"),
      revision: parts,
      primaryKey: fc.array(parts, { maxLength: 2 }),
      columns: fc.array(parts, { maxLength: 2 }),
    });
    fc.assert(
      fc.property(rows, rows, (one, other) => {
        const isSame = toHex(stampRow(ring, one)) === toHex(stampRow(ring, other));
        assert.equal(isSame, JSON.stringify(shown(one)) === JSON.stringify(shown(other)));
      }),
    );
  });
});

function ringOfOne(): Keyring {
  return Keyring.of(SYSTEM, [{ number: 1, state: "primary", secret: makeSecret(1) }]);
}

function shown({ table, revision, primaryKey, columns }: StampedRow): unknown {
  return [table, toHex(revision), primaryKey.map(toHex), columns.map(toHex)];
}
