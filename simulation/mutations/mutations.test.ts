import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { CONTRACT_SUITES, MutatedTree } from "./mutated-tree.ts";
import { MUTATIONS } from "./mutations.ts";
import { STORE_MUTATIONS } from "./store-mutations.ts";

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

describe("the contract of the stores", () => {
  for (const mutation of STORE_MUTATIONS) {
    it(`notices, on both databases, when ${mutation.name}`, async () => {
      const tree = await MutatedTree.create();
      try {
        for (const suite of CONTRACT_SUITES) {
          assert.equal(await tree.failsContract(suite, mutation.fails), false, "failed before");
        }
        await tree.apply(mutation);
        for (const suite of CONTRACT_SUITES) {
          assert.ok(await tree.failsContract(suite, mutation.fails), suite);
        }
      } finally {
        await tree.discard();
      }
    });
  }
});
