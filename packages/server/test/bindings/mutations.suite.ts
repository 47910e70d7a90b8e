import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import fc from "fast-check";
import { systemRandom } from "../../src/platform/random.ts";
import { ComposedNode, type NodePlace } from "../support/composed-node.ts";
import { bodyOf, exportFile, importFile } from "../support/import-client.ts";
import { samples } from "../support/samples.ts";
import { ask } from "../walk/requests.ts";

/** Samples with something wrong in them: an error with a place, or a whole import. */
export function mutationsSuite(
  database: string,
  makePlace: () => Promise<NodePlace>,
  count: number,
): void {
  describe(`${count} mutated binding files, on ${database}`, () => {
    let place: NodePlace;
    let node: ComposedNode;

    before(async () => {
      place = await makePlace();
      node = await ComposedNode.start(place);
    });
    after(async () => {
      await node.stop();
      await place.discard();
    });

    async function state(): Promise<unknown> {
      const all = { method: "GET", path: "/v1/applications?limit=200" };
      const applications = bodyOf(await node.send(node.socket, all));
      const files = bodyOf(await node.send(node.socket, ask("bindings.list")));
      return { applications, files };
    }

    it("are refused with a place and leave nothing behind, or are imported whole", async () => {
      const [seed = 0] = new Int32Array(systemRandom.bytes(4).buffer);
      let refused = 0;
      let taken = 0;
      for (const bytes of fc.sample(mutated, { numRuns: count, seed })) {
        const name = `mutated ${String(refused + taken)}`;
        const before = await state();
        const imported = await importFile(node, { name: "mutated", file: "m.xml" }, bytes);
        if (imported.kind === "refused") {
          refused += 1;
          const { code, detail } = imported.problem;
          assert.match(code, /^import-|^value-|^application-/, `seed ${seed}, ${name}`);
          assert.match(detail ?? "", /^m\.xml(:\d+:\d+)?: ./, `seed ${seed}, ${name}`);
          assert.deepEqual(await state(), before, `seed ${seed}, ${name}`);
        } else {
          taken += 1;
          const { bytes: revealed } = await exportFile(node, "bindings.reveal", "mutated");
          assert.deepEqual(Buffer.from(revealed), Buffer.from(bytes), `seed ${seed}, ${name}`);
        }
      }
      assert.ok(refused > 0 && taken > 0, `${refused} refused, ${taken} taken`);
    });
  });
}

const SAMPLES = samples("bindings").map(({ bytes }) => bytes);

/** One to three changes of bytes or of structure. */
const mutated = fc
  .tuple(
    fc.constantFrom(...SAMPLES),
    fc.array(
      fc.tuple(
        fc.constantFrom("flip", "cut", "repeat", "insert", "swap words", "drop tag"),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.constantFrom("<", ">", "&", "&lt;", '"', "]]>", "<!--", "\u0000", "é", "x", "</a>"),
      ),
      { minLength: 1, maxLength: 3 },
    ),
  )
  .map(([bytes, changes]) => changes.reduce(change, bytes));

function change(
  bytes: Uint8Array,
  [kind, where, what]: readonly [string, number, string],
): Uint8Array {
  const at = Math.floor(where * (bytes.length - 1));
  const text = Buffer.from(bytes).toString("latin1");
  const parts: Readonly<Record<string, string>> = {
    flip: text.slice(0, at) + String.fromCharCode((bytes[at] ?? 0) ^ 1) + text.slice(at + 1),
    cut: text.slice(0, at) + text.slice(at + 10),
    repeat: text.slice(0, at) + text.slice(Math.max(0, at - 200), at) + text.slice(at),
    insert: text.slice(0, at) + Buffer.from(what).toString("latin1") + text.slice(at),
    "swap words": text.replace(/true|false/g, (word, offset: number) =>
      offset > at ? "maybe" : word,
    ),
    "drop tag": text.slice(0, at) + text.slice(at).replace(/<[^>]*>/, ""),
  };
  return Buffer.from(parts[kind] ?? text, "latin1");
}
