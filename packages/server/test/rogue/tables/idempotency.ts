import { harmless, lessAccess, refused } from "../expectation.ts";
import { flipLastBit, type Which } from "../raw-database.ts";
import type { TableEntry } from "../table-entry.ts";

const otherRequest = refused("the hash covers the request and its answer", {
  repeat: "idempotency-key-reused",
});
/** What the key was for is done once more: the caller's own request, under the caller's own right. */
const FORGOTTEN = lessAccess("the repetition is not known as one", { repeat: "done again" });

export const idempotency: TableEntry = {
  key: ["caller", "key"],
  target: () => isKey("once"),
  partners: [{ name: "another key's", which: () => isKey("twice") }],
  columns: {
    caller: { expect: FORGOTTEN, edits: [{ name: "another caller", to: () => "token:other" }] },
    key: { expect: FORGOTTEN, except: { swap: otherRequest } },
    request_hash: {
      expect: otherRequest,
      edits: [
        { name: "one bit", to: flipLastBit },
        { name: "nothing", to: () => new Uint8Array() },
      ],
      forge: (row, { forger }) => forger.requestHash(row),
    },
    status: { expect: harmless("nothing is answered by it") },
    answer: {
      expect: otherRequest,
      edits: [
        { name: "another revision", to: (cell) => String(cell).replace(/[0-9a-f]"/, 'x"') },
        { name: "no JSON", to: () => "{" },
      ],
    },
    created_at_ms: { expect: harmless("it says when the key is forgotten") },
  },
  remove: FORGOTTEN,
  add: {
    row: (row) => ({ ...row, key: "forged" }),
    expect: harmless("an answer for a key that nobody has sent"),
  },
};

function isKey(key: string): Which {
  return (row) => row["key"] === key;
}
