import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { isControlled, MutatedTree } from "./mutated-tree.ts";
import { MUTATIONS, UNLISTED_COLUMN } from "./mutations.ts";

const TREES = 2;

/** Proves the rogue database suite: without a check that it is about, it fails. */
describe("the rogue database suite", { concurrency: TREES }, () => {
  const idle: MutatedTree[] = [];
  const waiting: (() => void)[] = [];

  before(async () => {
    const trees = await Promise.all(Array.from({ length: TREES }, () => MutatedTree.create()));
    idle.push(...trees);
  });
  after(() => Promise.all(idle.map((tree) => tree.discard())));

  it("passes as the code is", async () => {
    const result = await withTree((tree) => tree.suite());
    assert.deepEqual(result.failed, []);
    assert.ok(isControlled(result));
  });

  it("fails when a table has a column without an entry", async () => {
    const { failed } = await withTree((tree) => tree.suiteWith(UNLISTED_COLUMN));
    assert.ok(failed.some((name) => name.startsWith(UNLISTED_COLUMN.caughtBy)));
  });

  for (const mutation of MUTATIONS) {
    it(`fails when ${mutation.name}`, async () => {
      const result = await withTree((tree) => tree.suiteWith(mutation));
      assert.ok(isControlled(result), "the suite runs");
      assert.notDeepEqual(result.failed, [], `no test named ${mutation.caughtBy} has failed`);
    });
  }

  /** A tree of one's own for as long as `run` takes. */
  async function withTree<T>(run: (tree: MutatedTree) => Promise<T>): Promise<T> {
    while (idle.length === 0) {
      await new Promise<void>((resolve) => waiting.push(resolve));
    }
    const tree = idle.pop();
    assert.ok(tree);
    try {
      return await run(tree);
    } finally {
      idle.push(tree);
      waiting.shift()?.();
    }
  }
});
