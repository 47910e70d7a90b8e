import { type Expectation, harmless, lessAccess } from "../expectation.ts";
import { ATTACKERS_HASH, STRANGER_TOKEN } from "../observe.ts";
import { flipLastBit, type Which } from "../raw-database.ts";
import { type RogueSystem, tokenIdOf } from "../rogue-system.ts";
import type { ColumnEntry, TableEntry } from "../table-entry.ts";

const YEAR_MS = 366n * 86_400_000n;

/** Whoever presents the token is nobody, and the token is not listed. */
const own = notBelieved("the stamp covers the column", {
  "token admin": "nobody",
  tokens: "1 believed",
});
const both = notBelieved("it covers both rows", {
  "token admin": "nobody",
  "token reader": "nobody",
  tokens: "0 believed",
});
/** A row that no node can have written: the list of tokens is refused with it. */
const unreadable = notBelieved("no node writes that", {
  "token admin": "nobody",
  tokens: "row-not-authentic",
});
const stamped: ColumnEntry = { expect: own };

export const apiToken: TableEntry = {
  key: ["token_id"],
  target: ({ tokens }) => isToken(tokens.admin),
  partners: [{ name: "a reader's", which: ({ tokens }) => isToken(tokens.reader), expect: both }],
  columns: {
    token_id: {
      ...stamped,
      edits: [{ name: "an id of the attacker's", to: () => STRANGER_TOKEN }],
    },
    revision: stamped,
    secret_hash: {
      ...stamped,
      edits: [
        { name: "one bit", to: flipLastBit },
        { name: "that of a secret which the attacker knows", to: () => ATTACKERS_HASH },
      ],
    },
    name: stamped,
    kind: {
      ...stamped,
      edits: [
        { name: "a reader", to: () => "reader" },
        { name: "a kind that there is not", to: () => "root", expect: unreadable },
      ],
    },
    may_reveal: {
      ...stamped,
      edits: [
        { name: "it may", to: () => 1n },
        { name: "more than it may", to: () => 2n, expect: unreadable },
      ],
    },
    applications: {
      ...stamped,
      edits: [
        { name: "one more", to: (cell) => `${String(cell)} app_aaaaaaaaaaaaaaaa`.trim() },
        { name: "no ids", to: () => "everything", expect: unreadable },
      ],
    },
    created_at_ms: {
      ...stamped,
      edits: [
        { name: "later", to: (cell) => (cell as bigint) + 1n },
        { name: "before all time", to: () => -1n, expect: unreadable },
      ],
    },
    created_by: stamped,
    expires_at_ms: {
      ...stamped,
      edits: [
        { name: "a year later", to: (cell) => (cell as bigint) + YEAR_MS },
        { name: "after all time", to: () => 2n ** 62n, expect: unreadable },
      ],
    },
    stamp: {
      ...stamped,
      edits: [
        { name: "one bit", to: flipLastBit },
        { name: "nothing", to: () => new Uint8Array() },
      ],
      forge: (row, { forger }) => forger.tokenStamp(row),
    },
    stamp_version: { expect: harmless("the stamp itself says its version") },
  },
  remove: lessAccess("a token that is not there is revoked", {
    "token admin": "nobody",
    tokens: "1 believed",
  }),
  add: {
    row: (row, { forger }) => {
      const forged = { ...row, token_id: STRANGER_TOKEN, secret_hash: ATTACKERS_HASH };
      return { ...forged, stamp: forger.tokenStamp(forged) };
    },
    expect: notBelieved("its stamp is under no secret of this system", {}),
  },
};

/** The row of the token that is presented so. */
export function isToken(bearer: RogueSystem["tokens"]["admin"]): Which {
  return (row) => row["token_id"] === tokenIdOf(bearer);
}

function notBelieved(why: string, changes: Expectation["changes"]): Expectation {
  const told = { ...changes, alarms: "trust.row-refused" };
  return { outcome: "refused", why, changes: told, starts: true };
}
