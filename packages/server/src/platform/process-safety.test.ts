import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isCoded } from "../base/coded-error.ts";
import { assertProcessSafe, mayDumpCore, maySwap, type ProcessFacts } from "./process-safety.ts";

const SAFE: ProcessFacts = {
  execArgv: ["--disable-sigusr1"],
  nodeOptions: undefined,
  isInspectorOpen: false,
  limits: "Limit Soft Hard Units\nMax core file size        0         unlimited     bytes\n",
  swaps: "Filename Type Size Used Priority\n",
};

describe("a process that will hold the master secret", () => {
  it("may start when nothing opens its memory", () => {
    assertProcessSafe(SAFE);
    assert.equal(mayDumpCore(SAFE) || maySwap(SAFE), false);
  });

  it("is refused with an inspector, heap snapshots, profiles or reports, however asked for", () => {
    const unsafe: Partial<ProcessFacts>[] = [
      { execArgv: ["--inspect=0"] },
      { execArgv: ["--inspect-brk"] },
      { execArgv: ["--heapsnapshot-signal=SIGUSR2"] },
      { execArgv: ["--heapsnapshot-near-heap-limit=1"] },
      { execArgv: ["--heap-prof"] },
      { execArgv: ["--report-on-signal"] },
      { execArgv: ["--abort-on-uncaught-exception"] },
      { nodeOptions: "--max-old-space-size=100 --inspect" },
      { isInspectorOpen: true },
    ];
    for (const facts of unsafe) {
      assert.throws(
        () => {
          assertProcessSafe({ ...SAFE, ...facts });
        },
        (error) => isCoded(error, "process-unsafe"),
        JSON.stringify(facts),
      );
    }
  });

  it("is said to dump core when the soft limit is not 0", () => {
    const limits = "Max core file size        unlimited   unlimited  bytes\n";
    assert.equal(mayDumpCore({ ...SAFE, limits }), true);
    assert.equal(mayDumpCore({ ...SAFE, limits: undefined }), false);
  });

  it("is said to swap when the machine has swap space", () => {
    assert.equal(
      maySwap({ ...SAFE, swaps: `${SAFE.swaps ?? ""}/dev/sda2 partition 1 0 -2\n` }),
      true,
    );
  });
});
