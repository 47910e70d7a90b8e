import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isCoded } from "../base/coded-error.ts";
import { parseSeen, renderSeen } from "./state-files.ts";

const SEEN = { incarnation: 1n, charterSerial: 5n, keyringRevision: 2n, epoch: 9n };

describe("seen.json", () => {
  it("remembers which of two masterships of an epoch was seen", () => {
    const seen = { ...SEEN, claimId: new Uint8Array(16).fill(7) };
    assert.deepEqual(parseSeen(renderSeen(seen)), seen);
  });

  it("may have been written before any was seen", () => {
    assert.deepEqual(parseSeen(renderSeen(SEEN)), SEEN);
  });

  it("is refused with a claim id that is none", () => {
    const text = renderSeen({ ...SEEN, claimId: new Uint8Array(16) }).replace("AAAA", "????");
    assert.throws(
      () => parseSeen(text),
      (error) => isCoded(error, "state-directory-damaged"),
    );
  });
});
