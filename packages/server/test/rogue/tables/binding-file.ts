import { harmless, lessAccess, refused } from "../expectation.ts";
import { STRANGER } from "../observe.ts";
import { flipLastBit, type Which } from "../raw-database.ts";
import type { ColumnEntry, TableEntry } from "../table-entry.ts";

/** Nobody reads it; who has the file may import it anew. */
const CLOSED = {
  "list bindings": "cannot-open",
  "reveal bindings/partners": "cannot-open",
} as const;

const own = {
  ...refused("the manifest is bound to it", CLOSED),
  changes: { ...CLOSED, "import bindings": "changed" },
};
const withOthers = {
  ...own,
  why: "either manifest is bound to its own",
  changes: { ...own.changes, "reveal bindings/others": "cannot-open" },
};
const bound: ColumnEntry = { expect: own };

const GONE = lessAccess("the file is gone under its own name", {
  "list bindings": "others",
  "reveal bindings/partners": "bindings-not-found",
  "import bindings": "created",
});

export const bindingFile: TableEntry = {
  key: ["name_key"],
  target: () => isFile("partners"),
  partners: [{ name: "another file", which: () => isFile("others"), expect: withOthers }],
  columns: {
    name_key: {
      expect: {
        ...GONE,
        changes: { ...GONE.changes, "list bindings": "cannot-open" },
      },
      edits: [{ name: "another name", to: () => STRANGER }],
    },
    revision: {
      ...bound,
      edits: [
        { name: "one bit", to: flipLastBit },
        { name: "the last that can be counted", to: () => new Uint8Array(16).fill(0xff) },
      ],
    },
    sealed: {
      ...bound,
      edits: [
        { name: "one bit of the tag", to: flipLastBit },
        { name: "one byte short", to: (cell) => (cell as Uint8Array).slice(0, -1) },
      ],
      forge: (row, { forger }) => forger.sealedBindings(row),
    },
    version: { expect: harmless("the value's header says its version") },
    written_at_ms: { expect: harmless("for people only") },
    written_by: { expect: harmless("for people only") },
  },
  remove: GONE,
  add: {
    row: (row, { forger }) => {
      const forged = { ...row, name_key: STRANGER };
      return { ...forged, sealed: forger.sealedBindings(forged) };
    },
    expect: refused("sealed under no secret of this system", { "list bindings": "cannot-open" }),
  },
  replay: {
    ...refused("the chunks are of another revision", { "reveal bindings/partners": "cannot-open" }),
    changes: { "reveal bindings/partners": "cannot-open", "import bindings": "changed" },
  },
};

function isFile(nameKey: string): Which {
  return (row) => row["name_key"] === nameKey;
}
