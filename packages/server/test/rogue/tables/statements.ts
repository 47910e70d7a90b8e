import {
  documentedReplay,
  harmless,
  lessAccess,
  NO_KEYRING,
  notStarted,
  refused,
} from "../expectation.ts";
import { bytesIn } from "../rows.ts";
import type { RogueSystem } from "../rogue-system.ts";
import { flipLastBit, type Which } from "../raw-database.ts";
import type { TableEntry } from "../table-entry.ts";

const refusedNote = notStarted(
  "not signed by the authority that the node pins",
  "statement-not-authentic",
  "trust.statement-refused",
);

const onlyRow: Which = () => true;
const isSelf = ({ self }: RogueSystem): Which => isNode(self.nodeId);
const otherNode = {
  name: "another candidate",
  which: ({ other }: RogueSystem): Which => isNode(other.nodeId),
};

export const system: TableEntry = {
  key: ["singleton"],
  target: () => onlyRow,
  partners: [],
  columns: {
    singleton: { expect: harmless("there is one row") },
    system_id: {
      expect: notStarted("the state directory says which system it is of", "system-mismatch"),
    },
    created_at_ms: { expect: harmless("for people only") },
  },
  remove: notStarted("no row, no system", "system-not-found"),
  add: {
    row: (row, { foreign }) => ({ ...row, singleton: 0n, system_id: foreign.self.systemId }),
    expect: {
      ...notStarted("one of the two is another system", "system-mismatch"),
      or: harmless("the other one is read"),
    },
  },
};

/** An older charter, with a keyring that belongs to a newer one. */
const olderCharter = lessAccess("older than what the node has seen; it is not followed", {
  ...NO_KEYRING,
  backup: "keyring-mismatch",
  alarms: "master-secret.mismatch trust.database-behind",
});

export const charter: TableEntry = {
  key: ["singleton"],
  target: () => onlyRow,
  partners: [],
  columns: {
    singleton: { expect: harmless("there is one row") },
    serial: { expect: harmless("a copy for people; the note decides") },
    note: {
      expect: refusedNote,
      edits: [
        { name: "a later serial", to: (cell) => String(cell).replace("serial 2", "serial 3") },
        { name: "nothing", to: () => "" },
      ],
      forge: (_row, { forger }) => forger.charterNote,
      except: { replay: olderCharter },
    },
  },
  remove: refusedNote,
  add: {
    row: (row, { forger }) => ({ ...row, singleton: 0n, note: forger.charterNote }),
    expect: refusedNote,
  },
  replay: olderCharter,
};

export const node: TableEntry = {
  key: ["node_id"],
  target: isSelf,
  partners: [otherNode],
  columns: {
    node_id: { expect: refusedNote },
    warrant: {
      expect: refusedNote,
      edits: [
        { name: "another role", to: (cell) => String(cell).replace("candidate", "member") },
        { name: "nothing", to: () => "" },
      ],
      forge: (_row, { forger }) => forger.warrant(),
      except: { replay: documentedReplay("an earlier warrant that nobody has revoked") },
    },
  },
  remove: refusedNote,
  add: {
    row: (_row, { forger }) => ({ node_id: "nod_aaaaaaaaaaaaaaaa", warrant: forger.warrant() }),
    expect: refused(
      "nobody believes a warrant that the authority has not signed",
      {},
      "trust.statement-refused",
    ),
  },
  replay: documentedReplay("an earlier warrant that nobody has revoked"),
};

const missing = lessAccess("there is no keyring for this node", {
  ...NO_KEYRING,
  alarms: "master-secret.missing",
});
const notOpened = lessAccess("it does not open with this node's key, for this node and revision", {
  ...NO_KEYRING,
  backup: "cannot-open",
  alarms: "master-secret.not-opened",
});
const mismatch = lessAccess("it opens, and is not the keyring that the charter describes", {
  ...NO_KEYRING,
  backup: "keyring-mismatch",
  alarms: "master-secret.mismatch",
});

export const sealedKeyring: TableEntry = {
  key: ["node_id"],
  target: isSelf,
  partners: [otherNode],
  columns: {
    node_id: { expect: missing, except: { swap: notOpened } },
    revision: {
      expect: notOpened,
      edits: [
        { name: "the next", to: (cell) => (cell as bigint) + 1n },
        { name: "below the first", to: () => -1n },
      ],
    },
    sealed: {
      expect: notOpened,
      edits: [
        { name: "one bit", to: (cell) => flipLastBit(cell) },
        { name: "half of it", to: (cell) => (cell as Uint8Array).slice(0, 60) },
      ],
      forge: (_row, { forger }) => forger.sealedKeyring,
      except: { forge: mismatch },
    },
  },
  remove: missing,
  add: {
    row: (row) => ({ ...row, node_id: "nod_aaaaaaaaaaaaaaaa", sealed: bytesIn(row, "sealed") }),
    expect: harmless("a node opens its own and no other"),
  },
  replay: mismatch,
};

function isNode(nodeId: string): Which {
  return (row) => row["node_id"] === nodeId;
}
