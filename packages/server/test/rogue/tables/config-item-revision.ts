import { harmless, lessAccess, refused } from "../expectation.ts";
import { STRANGER, STRANGER_ID } from "../observe.ts";
import { flipLastBit, type Which } from "../raw-database.ts";
import type { ColumnEntry, TableEntry } from "../table-entry.ts";

const own = refused("a former value is bound to it as it was", { "roll back": "cannot-open" });
const bound: ColumnEntry = { expect: own };

const GONE = lessAccess("the item has one former revision less", {
  history: "0 former",
  "roll back": "nothing to go back to",
});
const ORDER = harmless("it orders the revisions of one item and says nothing else");

export const configItemRevision: TableEntry = {
  key: ["sequence"],
  target: ({ shipping }) => isFormer(shipping, "account"),
  partners: [
    {
      name: "a former revision of another item",
      which: ({ billing }) => isFormer(billing, "password"),
    },
  ],
  columns: {
    sequence: { expect: ORDER, edits: [{ name: "the highest", to: () => 1_000_000n }] },
    application_id: {
      expect: GONE,
      edits: [{ name: "another application", to: () => STRANGER_ID }],
    },
    identifier: { expect: GONE, edits: [{ name: "another identifier", to: () => STRANGER }] },
    revision: {
      ...bound,
      edits: [
        { name: "one bit", to: flipLastBit },
        { name: "the last that can be counted", to: () => new Uint8Array(16).fill(0xff) },
      ],
    },
    version: { expect: harmless("the value's header says its version") },
    written_at_ms: { expect: harmless("for people only") },
    written_by: { expect: harmless("for people only") },
    sealed: {
      ...bound,
      edits: [
        { name: "one bit of the tag", to: flipLastBit },
        { name: "one byte short", to: (cell) => (cell as Uint8Array).slice(0, -1) },
      ],
      forge: (row, { forger }) => forger.sealedItem(row, 0),
    },
  },
  remove: GONE,
  add: {
    row: (row, { forger }) => {
      const revision = new Uint8Array(16).fill(9);
      const forged = { ...row, sequence: 1_000_000n, revision };
      return { ...forged, sealed: forger.sealedItem(forged, 0) };
    },
    expect: {
      ...refused("sealed under no secret of this system", { "roll back": "cannot-open" }),
      changes: { history: "2 former", "roll back": "cannot-open" },
    },
  },
};

function isFormer(applicationId: string, identifier: string): Which {
  return (row) => row["application_id"] === applicationId && row["identifier"] === identifier;
}
