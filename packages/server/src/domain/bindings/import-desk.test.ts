import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { localAdministrator, NODE_ITSELF } from "../access/caller.ts";
import { isCoded } from "../../base/coded-error.ts";
import { ImportDesk, type ImportSteps } from "./import-desk.ts";

const CALLER = localAdministrator("socket", "req");
const NONE = { stage: "none", done: 0, total: 0 };

function makeDesk(): ImportDesk {
  return new ImportDesk(() => Promise.resolve());
}

/** Work that waits to be let go, after it has made a step. */
function held() {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  return {
    letGo: () => {
      resolve(undefined);
    },
    work: async (steps: ImportSteps) => {
      await steps.step("reading", 1, 2);
      await promise;
    },
  };
}

describe("the desk of imports", () => {
  it("lets one run at a time, in the order of coming, also behind one that fails", async () => {
    const desk = makeDesk();
    const order: string[] = [];
    const first = held();
    const running = desk.run(CALLER, undefined, async (steps) => {
      order.push("first");
      await first.work(steps);
      order.push("first has ended");
    });
    const failing = desk.run(CALLER, undefined, () => {
      order.push("second");
      return Promise.reject(new TypeError("planted"));
    });
    const last = desk.run(CALLER, undefined, () => {
      order.push("third");
      return Promise.resolve("done");
    });
    first.letGo();
    await running;
    await assert.rejects(failing, TypeError);
    assert.equal(await last, "done");
    assert.deepEqual(order, ["first", "first has ended", "second", "third"]);
  });

  it("tells its caller, and nobody else, how far an import is", async () => {
    const desk = makeDesk();
    const [first, second] = [held(), held()];
    const running = desk.run(CALLER, "a", first.work);
    const waiting = desk.run(CALLER, "b", second.work);
    await Promise.resolve();
    await Promise.resolve();
    assert.deepEqual(desk.progress(CALLER, "a"), { stage: "reading", done: 1, total: 2 });
    assert.deepEqual(desk.progress(CALLER, "b"), { stage: "waiting", done: 0, total: 0 });
    assert.deepEqual(desk.progress(NODE_ITSELF, "a"), NONE);
    first.letGo();
    second.letGo();
    await Promise.all([running, waiting]);
    assert.deepEqual([desk.progress(CALLER, "a"), desk.progress(CALLER, "b")], [NONE, NONE]);
  });

  it("lets eight wait and sends the next one away", async () => {
    const desk = makeDesk();
    const first = held();
    const taken = Array.from({ length: 9 }, () => desk.run(CALLER, undefined, first.work));
    await assert.rejects(desk.run(CALLER, "late", first.work), (error) =>
      isCoded(error, "import-busy"),
    );
    assert.deepEqual(desk.progress(CALLER, "late"), NONE);
    first.letGo();
    await Promise.all(taken);
    await desk.run(CALLER, undefined, () => Promise.resolve());
  });
});
