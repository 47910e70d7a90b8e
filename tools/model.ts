/**
 * `npm run model`: checks the model of mastership in `docs/protocols/mastership.pml` with spin
 * (Debian packages spin and gcc), every interleaving, and that each of its mutations is caught.
 */
import { LONG_CHECKS, QUICK_CHECKS, type ModelCheck } from "./model/model-checks.ts";
import { runSpin } from "./model/run-spin.ts";

for (const check of [...QUICK_CHECKS, ...LONG_CHECKS]) {
  if (!(await isAsItMustBe(check))) {
    process.exitCode = 1;
  }
}

async function isAsItMustBe(check: ModelCheck): Promise<boolean> {
  const startedAt = performance.now();
  const { states, isBroken } = await runSpin(check);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  const isRight = isBroken === check.mustFail;
  const found = isBroken ? "broken" : "holds";
  const verdict = isRight ? "as it must be" : "NOT as it must be";
  console.log(
    `${found.padEnd(6)} ${verdict}: ${check.claim} (${String(states)} states, ${seconds} s)`,
  );
  return isRight;
}
