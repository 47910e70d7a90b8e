import {
  ADMITS_NOBODY,
  harmless,
  harmlessOrTold,
  lessAccess,
  NOT_MASTER,
  SEALS_NOTHING,
} from "../expectation.ts";
import type { Which } from "../raw-database.ts";
import type { TableEntry } from "../table-entry.ts";

const onlyRow: Which = () => true;
const HIGHEST = 2n ** 63n - 1n;

/** The node cannot even read who has the role, and says so. */
const fenceGone = lessAccess("nobody can take the role", {
  ...NOT_MASTER,
  alarms: "cluster.request-failed",
});
const REFUSED = "trust.mastership-refused";
const nextEpoch = harmlessOrTold(
  "the next claim takes an epoch above this one and all seen",
  REFUSED,
);

export const fence: TableEntry = {
  key: ["singleton"],
  target: () => onlyRow,
  partners: [],
  columns: {
    singleton: { expect: fenceGone },
    epoch: {
      expect: nextEpoch,
      edits: [
        { name: "the next", to: (cell) => (cell as bigint) + 1n },
        { name: "back to the first", to: () => 0n },
        {
          name: "the highest there can be",
          to: () => HIGHEST,
          expect: lessAccess("there is no higher one to claim", {
            ...NOT_MASTER,
            alarms: "cluster.request-failed",
          }),
        },
      ],
    },
    claim_id: { expect: harmlessOrTold("a claim makes its own; the earlier one is over", REFUSED) },
    node_id: { expect: harmless("who held a lease that is over") },
    designated_node: {
      expect: lessAccess("another node is designated, and only it may claim", {
        ...NOT_MASTER,
        alarms: "mastership.claim-refused",
      }),
      edits: [
        { name: "another node", to: (_cell, { victim }) => victim.other.nodeId },
        {
          name: "this node",
          to: (_cell, { victim }) => victim.self.nodeId,
          expect: harmless("this node may claim anyway"),
        },
      ],
    },
  },
  remove: fenceGone,
  add: {
    row: (row) => ({ ...row, singleton: 2n, epoch: 0n }),
    expect: harmless("a claim writes every row"),
  },
};

const released = harmless("a claim writes its own");

export const lease: TableEntry = {
  key: ["singleton"],
  target: () => onlyRow,
  partners: [],
  columns: {
    singleton: { expect: fenceGone },
    epoch: { expect: released },
    claim_id: { expect: released },
    expires_at_ms: {
      expect: harmless("it says when a claim may be made, not what the claimant gets"),
      edits: [
        { name: "long ago", to: () => 1n },
        { name: "far in the future", to: () => HIGHEST / 2n },
      ],
    },
  },
  remove: fenceGone,
  add: {
    row: (row) => ({ ...row, singleton: 2n }),
    expect: harmless("a claim writes every row"),
  },
};

const history = harmless("a history for people; no node decides by it");

export const fencedWrite: TableEntry = {
  key: ["serial"],
  target: () => (row) => row["act"] === "rotate",
  partners: [{ name: "another act", which: () => (row) => row["act"] === "secret.backup.verify" }],
  columns: {
    serial: { expect: history, edits: [{ name: "the highest", to: () => 1_000_000n }] },
    epoch: { expect: history },
    claim_id: { expect: history },
    act: { expect: history },
    at_ms: { expect: history },
  },
  remove: history,
  add: { row: (row) => ({ ...row, serial: 1_000_000n }), expect: history },
};

const sealsNothing = lessAccess("seals are refused under a version that is not primary here", {
  ...SEALS_NOTHING,
});
/** Stamps too refer to the version's row, so nothing can be stamped without it. */
const versionGone = lessAccess("nothing can refer to a version that is not there", {
  ...ADMITS_NOBODY,
  ...SEALS_NOTHING,
  // Rows under it fit into no history either.
  "seal orders": "broken",
  "seal billing": "broken",
  "roll back": "broken",
  create: "broken",
  backup: "broken",
  // What the database will not take is a defect to the node, which gives the role up.
  verify: "not-master-secret-server",
  alarms: "mastership.broken",
});

export const version: TableEntry = {
  key: ["number"],
  target: () => isNumber(2n),
  partners: [{ name: "the retired one", which: () => isNumber(1n) }],
  columns: {
    number: { expect: versionGone, except: { swap: sealsNothing } },
    check_value: {
      expect: sealsNothing,
      forge: (_row, { forger }) => forger.checkValue(2),
    },
    state: {
      expect: sealsNothing,
      edits: [
        { name: "retired", to: () => "retired" },
        { name: "prepared", to: () => "prepared" },
        { name: "a state that there is not", to: () => "lost" },
      ],
    },
  },
  remove: versionGone,
  add: {
    row: (row, { forger }) => ({ ...row, number: 3n, check_value: forger.checkValue(2) }),
    expect: harmless("a node seals under the primary version of its own keyring"),
  },
};

function isNumber(number: bigint): Which {
  return (row) => row["number"] === number;
}
