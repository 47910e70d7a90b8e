import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { emptyAccessListHash, type Charter } from "@chatelaine/crypto";
import fc from "fast-check";
import { NOTHING_SEEN, behind, mastershipDifference, seenAfter, seenWith } from "./seen.ts";

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

describe("a mastership that was seen", () => {
  const claimId = new Uint8Array(16).fill(1);
  const seen = { ...SEEN, claimId };
  const found = { incarnation: 1n, epoch: 9n, claimId };

  it("is told from an older one, and from another of its epoch", () => {
    assert.equal(mastershipDifference(seen, found), undefined);
    assert.equal(mastershipDifference(seen, { ...found, epoch: 10n }), undefined);
    assert.match(mastershipDifference(seen, { ...found, epoch: 8n }) ?? "", /epoch 8 is older/);
    assert.match(mastershipDifference(seen, { ...found, incarnation: 0n }) ?? "", /incarnation/);
    const other = { ...found, claimId: new Uint8Array(16).fill(2) };
    assert.match(mastershipDifference(seen, other) ?? "", /another claim id/);
  });

  it("is the first of its epoch that is met", () => {
    assert.equal(mastershipDifference(SEEN, found), undefined);
    assert.deepEqual(seenWith(SEEN, found), seen);
    assert.equal(seenWith(seen, found), seen);
    assert.equal(seenWith(seen, { ...found, epoch: 8n }), seen);
  });

  it("is over with its incarnation", () => {
    const next = seenAfter(seen, makeCharter({ incarnation: 2n }), 0n);
    assert.deepEqual([next.epoch, next.claimId], [0n, undefined]);
    const same = seenAfter(seen, makeCharter({ serial: 6n }), 0n);
    assert.deepEqual([same.epoch, same.claimId], [9n, claimId]);
  });
});
