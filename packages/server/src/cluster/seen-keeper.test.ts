import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { NOTHING_SEEN, type Seen } from "../domain/charter/seen.ts";
import { SeenKeeper } from "./seen-keeper.ts";

/** More turns than any of its promises takes to settle. */
const TURNS = 10;

describe("what was seen", () => {
  for (let turn = 0; turn < TURNS; turn += 1) {
    it(`is written, when it comes ${String(turn)} turns after the last was`, async () => {
      const saved: Seen[] = [];
      const store = {
        load: () => Promise.resolve(NOTHING_SEEN),
        save: (seen: Seen) => {
          saved.push(seen);
          return Promise.resolve();
        },
      };
      const keeper = new SeenKeeper(store, { raise: () => undefined });
      keeper.remember({ ...NOTHING_SEEN, epoch: 1n });
      for (let passed = 0; passed < turn; passed += 1) {
        await Promise.resolve();
      }
      keeper.remember({ ...NOTHING_SEEN, epoch: 2n });
      await keeper.settled();
      assert.equal(saved.at(-1)?.epoch, 2n);
    });
  }
});
