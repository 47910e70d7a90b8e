import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { QUICK_CHECKS } from "./model/model-checks.ts";
import { runSpin } from "./model/run-spin.ts";
import { requirement } from "./requirement.ts";

describe("the model of mastership", { skip: requirement("spin") }, () => {
  for (const check of QUICK_CHECKS) {
    const verb = check.mustFail ? "is broken by" : "holds for";
    it(`${verb} ${check.claim}, in every interleaving`, async () => {
      const { isBroken, states } = await runSpin(check);
      assert.equal(isBroken, check.mustFail);
      assert.ok(states > 1000, `only ${String(states)} states were visited`);
    });
  }
});
