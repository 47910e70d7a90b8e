import { type Expectation, harmless, lessAccess, refused } from "../expectation.ts";
import { ATTACKERS_INVITED, STRANGER_NODE } from "../observe.ts";
import type { Which } from "../raw-database.ts";
import type { TableEntry } from "../table-entry.ts";

const ALARM = "trust.statement-refused";
const CODE = "invitation-refused";

/** Nobody joins by the row that was attacked. */
const notBelieved = refused(
  "not signed by the authority that the node pins",
  { join: CODE },
  ALARM,
);
const bothNotBelieved = refused(
  "the note names the node that it is for",
  { join: CODE, "join again": CODE },
  ALARM,
);
const gone = lessAccess("an invitation that is not there admits nobody", { join: CODE });
const told = "the note and the charter decide, not what the column says";
const taken: Expectation = lessAccess("it says that it was used", { join: "invitation-used" });

const isOpen: Which = (row) => row["redeemed_at_ms"] === null;
const isUsed: Which = (row) => row["redeemed_at_ms"] !== null;

export const invitation: TableEntry = {
  key: ["node_id"],
  target: () => isOpen,
  partners: [{ name: "one that was used", which: () => isUsed }],
  columns: {
    node_id: {
      expect: gone,
      except: { swap: bothNotBelieved },
      edits: [
        {
          name: "one of the attacker's",
          to: () => STRANGER_NODE,
          expect: refused("the note names another node", { join: CODE }, ALARM),
        },
      ],
    },
    note: {
      expect: notBelieved,
      edits: [
        {
          name: "another role",
          to: (cell) => String(cell).replace("role member", "role candidate"),
        },
        { name: "later", to: (cell) => String(cell).replace("expires ", "expires 1") },
        { name: "nothing", to: () => "" },
      ],
      forge: (_row, { forger, victim }) => {
        const { open } = victim.invited;
        return forger.invitation({ ...open, secret: ATTACKERS_INVITED.secret });
      },
      except: { swap: bothNotBelieved },
    },
    expires_at_ms: { expect: harmless(told) },
    redeemed_at_ms: {
      expect: taken,
      edits: [{ name: "it was", to: () => 1n }],
    },
  },
  remove: gone,
  add: {
    row: (row, { forger }) => ({
      ...row,
      node_id: STRANGER_NODE,
      note: forger.invitation(ATTACKERS_INVITED),
    }),
    expect: refused("it is by no authority of this system", {}, ALARM),
  },
};
