import {
  applicationRefused,
  documentedReplay,
  harmless,
  lessAccess,
  refused,
} from "../expectation.ts";
import { STRANGER_ID } from "../observe.ts";
import { flipLastBit, type Which } from "../raw-database.ts";
import type { ColumnEntry, TableEntry } from "../table-entry.ts";

const both = refused(
  "the stamp covers the column, in either row",
  applicationRefused("orders", "billing"),
  "trust.row-refused",
);
const own = refused(
  "the stamp covers the column",
  applicationRefused("orders"),
  "trust.row-refused",
);
const stamped: ColumnEntry = { expect: own };

const NOT_THERE = {
  "get orders": "application-not-found",
  "reveal orders/password": "application-not-found",
  "reveal orders/account": "application-not-found",
  "reveal orders/stranger": "application-not-found",
  "seal orders": "application-not-found",
} as const;

export const application: TableEntry = {
  key: ["application_id"],
  target: ({ orders }) => isApplication(orders),
  partners: [
    { name: "another application", which: ({ billing }) => isApplication(billing), expect: both },
  ],
  columns: {
    application_id: {
      expect: lessAccess("the application is gone under its own id", NOT_THERE),
      edits: [
        {
          name: "the id of no application",
          to: () => STRANGER_ID,
          expect: refused(
            "the stamp covers the id: under another one the row is not believed",
            { ...NOT_THERE, "get stranger": "row-not-authentic" },
            "trust.row-refused",
          ),
        },
      ],
    },
    revision: stamped,
    name: stamped,
    name_key: {
      expect: refused(
        "it is not the key of the stamped name",
        applicationRefused("orders"),
        "trust.row-refused",
      ),
      edits: [
        { name: "another name", to: () => "elsewhere" },
        {
          name: "a name that is wanted",
          to: () => "new",
          expect: refused(
            "it is not the key of the stamped name, and the name seems taken",
            { ...applicationRefused("orders"), create: "application-exists" },
            "trust.row-refused",
          ),
        },
      ],
    },
    type: {
      ...stamped,
      edits: [
        { name: "another type", to: () => "host-group" },
        { name: "a type that there is not", to: () => "everything" },
      ],
    },
    generation: {
      ...stamped,
      edits: [
        { name: "the next", to: (cell) => (cell as bigint) + 1n },
        { name: "below the first", to: () => -1n },
        { name: "more than there can be", to: () => 2n ** 32n },
      ],
    },
    is_enabled: {
      ...stamped,
      edits: [
        { name: "disabled", to: () => 0n },
        { name: "neither", to: () => 2n },
      ],
    },
    settings: {
      ...stamped,
      edits: [
        {
          name: "a field unmasked",
          to: (cell) => String(cell).replace('"masked":true', '"masked":false'),
        },
        { name: "no JSON", to: () => "{" },
      ],
    },
    created_at_ms: { expect: harmless("for people only") },
    updated_at_ms: { expect: harmless("for people only") },
    stamp: {
      ...stamped,
      edits: [
        { name: "one bit", to: flipLastBit },
        { name: "nothing", to: () => new Uint8Array() },
      ],
      forge: (row, { forger }) => forger.applicationStamp(row),
    },
    stamp_version: { expect: harmless("the stamp itself says its version") },
  },
  remove: lessAccess("the application is gone", NOT_THERE),
  add: {
    row: (row, { forger }) => {
      const forged = {
        ...row,
        application_id: STRANGER_ID,
        name: "stranger",
        name_key: "stranger",
      };
      return { ...forged, stamp: forger.applicationStamp(forged) };
    },
    expect: refused(
      "its stamp is under no secret of this system",
      { "get stranger": "row-not-authentic" },
      "trust.row-refused",
    ),
  },
  replay: documentedReplay(
    "its earlier generation is believed, and opens nothing that was sealed since",
    {
      "reveal orders/password": "cannot-open",
      "reveal orders/account": "cannot-open",
      "seal orders": "cannot-open",
    },
  ),
};

function isApplication(applicationId: string): Which {
  return (row) => row["application_id"] === applicationId;
}
