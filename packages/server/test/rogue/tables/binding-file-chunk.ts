import { type Expectation, harmless } from "../expectation.ts";
import { STRANGER } from "../observe.ts";
import { flipLastBit, type Which } from "../raw-database.ts";
import type { ColumnEntry, TableEntry } from "../table-entry.ts";

/** The file is not read, and is written anew when it is imported. */
function broken(why: string, ...others: readonly string[]): Expectation {
  const closed = ["partners", ...others].map(
    (name) => [`reveal bindings/${name}`, "cannot-open"] as const,
  );
  return {
    outcome: "refused",
    why,
    changes: { ...Object.fromEntries<string>(closed), "import bindings": "changed" },
    starts: true,
  };
}

const own = broken("a chunk is bound to its file, number and revision");
const bound: ColumnEntry = { expect: own };

export const bindingFileChunk: TableEntry = {
  key: ["name_key", "number"],
  target: () => isChunk("partners", 0n),
  partners: [
    { name: "another chunk of the file", which: () => isChunk("partners", 1n), expect: own },
    {
      name: "the same chunk of another file",
      which: () => isChunk("others", 0n),
      expect: broken("either chunk is bound to its own", "others"),
    },
  ],
  columns: {
    name_key: { ...bound, edits: [{ name: "another file", to: () => STRANGER }] },
    number: { ...bound, edits: [{ name: "another number", to: () => 9n }] },
    sealed: {
      ...bound,
      edits: [
        { name: "one bit of the tag", to: flipLastBit },
        { name: "one byte short", to: (cell) => (cell as Uint8Array).slice(0, -1) },
      ],
      forge: (row, { forger }) => forger.sealedBindings(row, 0),
    },
    version: { expect: harmless("the value's header says its version") },
  },
  remove: broken("the manifest says how long the file is"),
  add: {
    row: (row, { forger }) => ({
      ...row,
      number: 2n,
      sealed: forger.sealedBindings(row, 2),
    }),
    expect: harmless("the manifest says how many there are"),
  },
  replay: broken("a former chunk is of another revision"),
};

function isChunk(nameKey: string, number: bigint): Which {
  return (row) => row["name_key"] === nameKey && row["number"] === number;
}
