import { documentedReplay, harmless, lessAccess, refused } from "../expectation.ts";
import { STRANGER, STRANGER_ID } from "../observe.ts";
import { CLEAR } from "../rogue-system.ts";
import { flipLastBit, type Which } from "../raw-database.ts";
import type { ColumnEntry, TableEntry } from "../table-entry.ts";

/** Neither opened nor changed: a change keeps the values that it does not name. */
const CLOSED = { "reveal billing/password": "cannot-open", "seal billing": "cannot-open" } as const;

const own = refused("the value is bound to it", CLOSED);
const withShipping = refused("either value is bound to its own", {
  ...CLOSED,
  "reveal shipping/password": "cannot-open",
});
const withAccount = refused("either value is bound to its own", {
  ...CLOSED,
  "reveal billing/account": "cannot-open",
});
const bound: ColumnEntry = { expect: own };

const GONE = lessAccess("the item is gone under its own name", {
  "reveal billing/password": "config-item-not-found",
});

const ALL_ONES = new Uint8Array(16).fill(0xff);

export const configItem: TableEntry = {
  key: ["application_id", "identifier"],
  target: ({ billing }) => isItem(billing, "password"),
  partners: [
    {
      name: "the same identifier of another application",
      which: ({ shipping }) => isItem(shipping, "password"),
      expect: withShipping,
    },
    {
      name: "another identifier of the same application",
      which: ({ billing }) => isItem(billing, "account"),
      expect: withAccount,
    },
  ],
  columns: {
    application_id: {
      ...bound,
      edits: [{ name: "another application", to: () => STRANGER_ID, expect: GONE }],
      except: { foreign: GONE },
    },
    identifier: {
      ...bound,
      edits: [{ name: "another identifier", to: () => STRANGER, expect: GONE }],
    },
    revision: {
      ...bound,
      edits: [
        { name: "one bit", to: flipLastBit },
        { name: "the last that can be counted", to: () => ALL_ONES },
        { name: "too short to count", to: () => new Uint8Array(3) },
      ],
    },
    sealed: {
      ...bound,
      edits: [
        { name: "one bit of the tag", to: flipLastBit },
        { name: "one byte short", to: (cell) => (cell as Uint8Array).slice(0, -1) },
      ],
      forge: (row, { forger }) => forger.sealedItem(row, 0),
    },
    version: {
      expect: {
        ...lessAccess("the value's header says its version; the row fits into no history", {
          "seal billing": "broken",
        }),
        or: harmless("the value's header says its version"),
      },
    },
    written_at_ms: { expect: harmless("for people only") },
    written_by: { expect: harmless("for people only") },
  },
  remove: GONE,
  add: {
    row: (row, { victim, forger }) => {
      const forged = { ...row, application_id: victim.orders, identifier: STRANGER };
      return { ...forged, sealed: forger.sealedItem(forged, 1) };
    },
    expect: refused("sealed under no secret of this system", {
      "reveal orders/stranger": "cannot-open",
    }),
  },
  replay: documentedReplay("the item's own earlier value", {
    "reveal billing/password": CLEAR.billingEarlier,
  }),
};

function isItem(applicationId: string, identifier: string): Which {
  return (row) => row["application_id"] === applicationId && row["identifier"] === identifier;
}
