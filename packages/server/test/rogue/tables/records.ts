import { harmless, lessAccess, notStarted } from "../expectation.ts";
import { STRANGER_ID } from "../observe.ts";
import type { Which } from "../raw-database.ts";
import type { TableEntry } from "../table-entry.ts";

const told = harmless("it tells people; no node decides by it");
const unreadable = lessAccess("the audit cannot be listed", { audit: "row-not-authentic" });

export const audit: TableEntry = {
  key: ["sequence"],
  target: () => isOf("system.create"),
  partners: [{ name: "another act", which: () => isOf("secret.backup") }],
  columns: {
    sequence: { expect: told, edits: [{ name: "the highest", to: () => 1_000_000n }] },
    at_ms: { expect: told },
    node_id: { expect: told },
    action: { expect: told },
    outcome: {
      expect: told,
      edits: [
        { name: "refused", to: () => "refused" },
        { name: "an outcome that there is not", to: () => "perhaps", expect: unreadable },
      ],
    },
    caller: { expect: told },
    source: { expect: told },
    request_id: { expect: told },
    about: {
      expect: told,
      edits: [
        { name: "another object", to: () => '{"backupId":"bak_other"}' },
        { name: "no JSON", to: () => "{", expect: unreadable },
      ],
    },
    application_id: {
      expect: told,
      edits: [{ name: "an application's", to: () => STRANGER_ID }],
    },
    group_id: {
      expect: harmless("a group of that name is told no more, and names are drawn by nodes"),
      edits: [{ name: "a group's", to: () => "0123456789abcdef0123456789abcdef" }],
    },
  },
  remove: told,
  add: { row: (row) => ({ ...row, sequence: 1_000_000n }), expect: told },
};

const first: Which = (row) => row["number"] === 1n;
/** A migration that this software does not have. */
const LATER = 1000n;
const unknown = notStarted("no schema that this software makes", "schema-unknown");

export const schemaMigration: TableEntry = {
  key: ["number"],
  target: () => first,
  partners: [],
  columns: {
    number: {
      expect: notStarted("a breaking migration of software that is not this", "schema-too-new"),
      edits: [{ name: "a later one", to: () => LATER }],
    },
    name: { expect: unknown },
    compatibility: {
      expect: harmless("of a migration that this software knows"),
      edits: [
        { name: "compatible", to: () => "compatible" },
        {
          name: "neither",
          to: () => "perhaps",
          expect: notStarted("no node writes that", "row-not-authentic"),
        },
      ],
    },
    applied_at_ms: { expect: harmless("for people only") },
  },
  remove: notStarted("the first migration fails on what it made", "broken"),
  add: {
    row: (row) => ({ ...row, number: LATER, name: "later" }),
    expect: notStarted("a breaking migration of software that is not this", "schema-too-new"),
  },
};

function isOf(action: string): Which {
  return (row) => row["action"] === action;
}
