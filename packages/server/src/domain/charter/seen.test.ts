import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { emptyAccessListHash, type Charter } from "@chatelaine/crypto";
import fc from "fast-check";
import { NOTHING_SEEN, behind, seenAfter } from "./seen.ts";

function makeCharter(parts: Partial<Charter>): Charter {
  return {
    serial: 5n,
    incarnation: 1n,
    keyringRevision: 2n,
    versions: [],
    revokedNodes: [],
    revokedWarrants: [],
    authorityKey: new Uint8Array(32),
    caKey: new Uint8Array(91),
    accessListHash: emptyAccessListHash(),
    ...parts,
  };
}

const SEEN = { incarnation: 1n, charterSerial: 5n, keyringRevision: 2n, epoch: 9n };

describe("a database that goes back in time", () => {
  it("is noticed by an older charter, keyring revision or incarnation", () => {
    assert.match(behind(SEEN, makeCharter({ serial: 4n })) ?? "", /charter 4 is older than 5/);
    assert.match(behind(SEEN, makeCharter({ keyringRevision: 1n })) ?? "", /keyring revision/);
    assert.match(behind(SEEN, makeCharter({ incarnation: 0n })) ?? "", /incarnation/);
  });

  it("is not suspected when everything is the same, newer, or of a later incarnation", () => {
    for (const charter of [
      makeCharter({}),
      makeCharter({ serial: 6n, keyringRevision: 3n }),
      makeCharter({ incarnation: 2n, serial: 1n, keyringRevision: 1n }),
    ]) {
      assert.equal(behind(SEEN, charter), undefined);
    }
  });
});

describe("what was seen", () => {
  it("is never behind itself, and its epoch never sinks within an incarnation", () => {
    const charters = fc
      .record({ serial: fc.bigInt(1n, 9n), keyringRevision: fc.bigInt(1n, 9n) })
      .map(makeCharter);
    fc.assert(
      fc.property(fc.array(fc.tuple(charters, fc.bigInt(0n, 9n))), (steps) => {
        let seen = NOTHING_SEEN;
        for (const [charter, epoch] of steps) {
          if (behind(seen, charter) === undefined) {
            const next = seenAfter(seen, charter, epoch);
            assert.equal(behind(next, charter), undefined);
            assert.ok(next.incarnation !== seen.incarnation || next.epoch >= seen.epoch);
            seen = next;
          }
        }
      }),
    );
  });
});
