import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { MutatedTree } from "./mutated-tree.ts";
import { MUTATIONS } from "./mutations.ts";

/** Enough for each with its faults in focus, with room to spare. */
const RUNS_MAX = 600;

/** Proves the simulation: without a rule that it insists on, some run breaks a promise. */
describe("the simulation", { concurrency: 2 }, () => {
  for (const mutation of MUTATIONS) {
    it(`notices when ${mutation.name}`, async (test) => {
      const tree = await MutatedTree.create();
      try {
        await tree.apply(mutation);
        const caught = await tree.hunt(RUNS_MAX, mutation);
        assert.ok(caught, "no run has noticed");
        test.diagnostic(`seed ${caught.seed}: ${caught.violations.join("; ")}`);
      } finally {
        await tree.discard();
      }
    });
  }
});
