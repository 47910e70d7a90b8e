import { documentedReplay, harmless, lessAccess } from "../expectation.ts";
import type { Expectation } from "../expectation.ts";
import { type Cell, flipLastBit, type Which } from "../raw-database.ts";
import { BACKUP_PATH } from "../rogue-system.ts";
import type { ColumnEntry, TableEntry } from "../table-entry.ts";

const NEVER_VERIFIED = "/backups/never-verified.age";
/** Where the backup that there never was seems to lie. */
export const FORGED_PATH = "/backups/forged.age";

/** The row does not count, so that the missing backup is told; making it anew is refused. */
const own = notCounted("the stamp covers the column", "not backed up: 2 believed, 1 verified");
const both = notCounted("it covers both rows", "not backed up: 1 believed, 1 verified");
/** A row that no node can have written: the list of backups is refused with it. */
const unreadable = notCounted("no node writes that", "row-not-authentic");
const stamped: ColumnEntry = { expect: own };

export const backup: TableEntry = {
  key: ["backup_id"],
  target: () => isAt(BACKUP_PATH),
  partners: [{ name: "another backup", which: () => isAt(NEVER_VERIFIED), expect: both }],
  columns: {
    backup_id: {
      expect: {
        ...own,
        changes: { status: "not backed up: 2 believed, 1 verified", alarms: "trust.row-refused" },
      },
    },
    revision: stamped,
    made_at_ms: {
      ...stamped,
      edits: [
        { name: "later", to: (cell) => (cell as bigint) + 1n },
        { name: "before all time", to: () => -1n, expect: unreadable },
      ],
    },
    verified_at_ms: {
      ...stamped,
      edits: [
        { name: "later", to: (cell) => (cell as bigint) + 1n },
        { name: "never", to: () => null },
        { name: "before all time", to: () => -1n, expect: unreadable },
      ],
    },
    place: {
      ...stamped,
      edits: [
        { name: "the trial's", to: () => "trial" },
        { name: "no place there is", to: () => "nowhere", expect: unreadable },
      ],
    },
    path: stamped,
    versions: {
      ...stamped,
      edits: [
        { name: "none", to: () => new Uint8Array() },
        {
          name: "one byte short",
          to: (cell) => (cell as Uint8Array).slice(0, -1),
          expect: unreadable,
        },
        { name: "one more than there are", to: doubled },
      ],
      forge: (_row, { forger }) => forger.backedUpVersions(),
    },
    stamp: {
      ...stamped,
      edits: [
        { name: "one bit", to: flipLastBit },
        { name: "nothing", to: () => new Uint8Array() },
      ],
      forge: (row, { forger }) => forger.backupStamp(row),
    },
    stamp_version: { expect: harmless("the stamp itself says its version") },
  },
  remove: lessAccess("the backup is not known, which is told as a missing one", {
    status: "not backed up: 2 believed, 1 verified",
  }),
  add: {
    row: (row, { forger }) => {
      const forged = { ...row, backup_id: "bak_aaaaaaaaaaaaaaaa", path: FORGED_PATH };
      return { ...forged, stamp: forger.backupStamp(forged) };
    },
    expect: {
      outcome: "refused",
      why: "its stamp is under no secret of this system",
      changes: { alarms: "trust.row-refused" },
      starts: true,
    },
  },
  replay: documentedReplay("the backup as it was before it was verified", {
    status: "not backed up: 3 believed, 1 verified",
  }),
};

function isAt(path: string): Which {
  return (row) => row["path"] === path;
}

function notCounted(why: string, status: string): Expectation {
  const changes = { status, verify: "row-not-authentic", alarms: "trust.row-refused" };
  return { outcome: "refused", why, changes, starts: true };
}

function doubled(cell: Cell): Cell {
  return Buffer.concat([cell as Uint8Array, cell as Uint8Array]);
}
