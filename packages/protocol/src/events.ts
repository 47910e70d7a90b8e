/**
 * What the system tells people: stable codes for the log and for monitoring. Those with a
 * counterpart in Enterprise SSO carry its event id. `docs/events.md` lists them, held equal to
 * this table by a test. Codes are never renamed or reused.
 */

export type Severity = "info" | "warning" | "error";

export interface EventSpec {
  readonly severity: Severity;
  readonly meaning: string;
  /** Event id of Enterprise SSO, where there is a counterpart. */
  readonly entssoId?: number;
}

export const EVENTS = {
  "node.starting": { severity: "info", meaning: "The SSO service is starting", entssoId: 10501 },
  "node.ready": { severity: "info", meaning: "The node answers reads" },
  "node.stopped": { severity: "info", meaning: "The SSO service has stopped" },
  "node.trial": {
    severity: "warning",
    meaning: "This is a trial system until a backup elsewhere has been verified",
  },
  "node.core-dumps-possible": {
    severity: "warning",
    meaning: "The core size limit is not 0: a crash may write the master secret to disk",
  },
  "node.swap-possible": {
    severity: "warning",
    meaning: "The machine swaps: memory of this process may reach the disk",
  },
  "node.state-not-saved": {
    severity: "warning",
    meaning: "What the node has seen could not be written to its state directory",
  },
  "mastership.acquired": {
    severity: "info",
    meaning: "This node is the master secret server",
    entssoId: 10534,
  },
  "mastership.suspended": {
    severity: "warning",
    meaning:
      "The lease ran out and no newer mastership is known; fenced writes are refused until it is renewed",
  },
  "mastership.resumed": { severity: "info", meaning: "A suspended mastership goes on" },
  "mastership.lost": {
    severity: "warning",
    meaning: "A newer mastership was found; this node has stepped down",
  },
  "mastership.released": { severity: "info", meaning: "This node gave up the role" },
  "master-secret.opened": {
    severity: "info",
    meaning: "The node holds the current master secret",
    entssoId: 10529,
  },
  "master-secret.missing": {
    severity: "warning",
    meaning: "A candidate has no sealed keyring; it waits for `secret restore`",
    entssoId: 10520,
  },
  "master-secret.not-opened": {
    severity: "error",
    meaning: "The sealed keyring does not open with this node's key; it waits for `secret restore`",
    entssoId: 10521,
  },
  "master-secret.mismatch": {
    severity: "error",
    meaning: "The sealed keyring is not what the charter says",
    entssoId: 10565,
  },
  "master-secret.restored": {
    severity: "info",
    meaning: "The master secret was restored from a backup",
    entssoId: 10523,
  },
  "master-secret.restore-failed": {
    severity: "error",
    meaning: "A backup did not restore the master secret",
    entssoId: 10524,
  },
  "backup.made": { severity: "info", meaning: "The master secret was backed up", entssoId: 10559 },
  "backup.failed": {
    severity: "error",
    meaning: "The master secret was not backed up",
    entssoId: 10560,
  },
  "backup.verified": { severity: "info", meaning: "A backup was read back and opened" },
  "backup.missing": {
    severity: "error",
    meaning: "No verified backup covers the current master secret",
    entssoId: 10589,
  },
  "trust.row-refused": {
    severity: "error",
    meaning: "A row without a valid stamp was refused: somebody has written to the SSO database",
  },
  "trust.value-refused": {
    severity: "error",
    meaning: "A sealed value did not open for what was asked: its row was moved or changed",
  },
  "trust.statement-refused": {
    severity: "error",
    meaning: "A charter or warrant without a valid signature was refused",
  },
  "trust.database-behind": {
    severity: "error",
    meaning: "The SSO database is older than what this node has seen; nothing is sealed",
  },
  "database.lost": {
    severity: "warning",
    meaning: "The SSO database cannot be reached",
    entssoId: 10515,
  },
  "database.back": { severity: "info", meaning: "The SSO database answers again", entssoId: 10591 },
  "database.may-lose-commits": {
    severity: "warning",
    meaning: "fsync or synchronous_commit is off: an acknowledged change may be lost",
  },
} as const satisfies Record<string, EventSpec>;

export type EventCode = keyof typeof EVENTS;
