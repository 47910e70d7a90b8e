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
  "node.ready": { severity: "info", meaning: "The node answers reads", entssoId: 10502 },
  "node.stopped": { severity: "info", meaning: "The SSO service has stopped", entssoId: 10505 },
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
  "node.invited": { severity: "info", meaning: "A join token for a new node was made" },
  "node.admitted": { severity: "info", meaning: "A machine has joined and is a node now" },
  "node.promoted": { severity: "info", meaning: "A member has become a candidate" },
  "node.readvertised": {
    severity: "info",
    meaning: "This node has a new warrant with the addresses at which others reach it",
  },
  "node.revoked": {
    severity: "warning",
    meaning: "A node was revoked: it is no longer part of the system",
  },
  "rotation.required": {
    severity: "warning",
    meaning:
      "A node that knew the master secret was revoked; the secret is to be rotated, and the database's password changed",
  },
  "node.certificate-not-renewed": {
    severity: "warning",
    meaning: "The node's certificate could not be renewed; it is tried again until it ends",
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
  "mastership.claim-refused": {
    severity: "warning",
    meaning: "This node would take the role and may not",
  },
  "mastership.designated": {
    severity: "warning",
    meaning: "An administrator said which node may be master secret server, or that any may",
  },
  "mastership.designated-lost": {
    severity: "error",
    meaning:
      "The designated node is not master secret server, and no other may be: designate another one and restore the backup there",
  },
  "mastership.waits-for-backup": {
    severity: "error",
    meaning: "This node is designated and waits for `chatelaine secret restore FILE`",
  },
  "mastership.broken": {
    severity: "error",
    meaning: "A broken invariant ended this node's mastership; it claims again after a pause",
  },
  "mastership.lives-after-all": {
    severity: "warning",
    meaning:
      "A master secret server whose address refused connections was not dead; for a while its refusals no longer speed a takeover up",
  },
  "master-secret.opened": {
    severity: "info",
    meaning: "The node holds the current master secret",
    entssoId: 10529,
  },
  "master-secret.previous-opened": {
    severity: "info",
    meaning: "The node also holds versions of the master secret that are not primary",
    entssoId: 10530,
  },
  "master-secret.erased": {
    severity: "error",
    meaning: "The charter revokes this node: it has erased the master secret and reads nothing",
  },
  "master-secret-server.unreachable": {
    severity: "warning",
    meaning: "The master secret server does not answer this node",
  },
  "master-secret-server.reached": {
    severity: "info",
    meaning: "The master secret server answers this node",
  },
  "master-secret-server.lost": {
    severity: "warning",
    meaning:
      "No master secret server confirms what this node holds; it goes on reading and seals nothing",
    entssoId: 10532,
  },
  "master-secret-server.found": {
    severity: "info",
    meaning: "A master secret server confirms what this node holds; it seals again",
  },
  "mastership.changed": {
    severity: "info",
    meaning: "Another node has become master secret server",
    entssoId: 10575,
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
    meaning: "A charter, warrant or invitation without a valid signature was refused",
  },
  "trust.database-behind": {
    severity: "error",
    meaning: "The SSO database is older than what this node has seen; nothing is sealed",
  },
  "trust.database-caught-up": {
    severity: "info",
    meaning: "The SSO database is no longer older than what this node has seen",
  },
  "trust.mastership-refused": {
    severity: "error",
    meaning: "A node or the SSO database speaks for a mastership or charter that is over",
  },
  "trust.keyring-refused": {
    severity: "error",
    meaning: "A keyring older than the one this node holds was refused",
  },
  "trust.database-accepted": {
    severity: "warning",
    meaning: "An administrator accepted an SSO database that had gone back in time",
  },
  "cluster.request-failed": {
    severity: "warning",
    meaning: "A request of this node to the database or another node failed unexpectedly",
  },
  "database.lost": {
    severity: "warning",
    meaning: "The SSO database cannot be reached",
    entssoId: 10515,
  },
  "database.back": { severity: "info", meaning: "The SSO database answers again", entssoId: 10591 },
  "database.not-reached": {
    severity: "error",
    meaning: "The SSO database could not be reached at start; the node waits for it",
    entssoId: 10513,
  },
  "database.may-lose-commits": {
    severity: "warning",
    meaning:
      "fsync or synchronous_commit is off, or no standby is synchronous: an acknowledged change may be lost",
  },
  "audit.spooled": {
    severity: "warning",
    meaning: "The database is away: disclosures are recorded on this node's disk until it is back",
  },
  "audit.shipped": {
    severity: "info",
    meaning: "Disclosures recorded on this node's disk are in the audit",
  },
  "audit.not-shipped": {
    severity: "error",
    meaning: "The audit does not take the disclosures recorded on this node's disk",
  },
  "audit.unavailable": {
    severity: "error",
    meaning: "A disclosure can be recorded nowhere: nothing is disclosed",
  },
  "audit.spool-cut": {
    severity: "warning",
    meaning: "The end of the spool was half written, by a process that ended meanwhile, and is cut",
  },
  "lookup-cache.off": {
    severity: "warning",
    meaning: "The node keeps no lookups: without the database it reads nothing",
    entssoId: 10586,
  },
  "lookup-cache.purged": { severity: "info", meaning: "The node has dropped the lookups it kept" },
  "application.enabled": {
    severity: "info",
    meaning: "An affiliate application was enabled",
    entssoId: 10580,
  },
  "application.disabled": {
    severity: "info",
    meaning: "An affiliate application was disabled",
    entssoId: 10581,
  },
  "webhook.failing": {
    severity: "warning",
    meaning: "The webhook does not take events; they wait and are sent again",
  },
  "webhook.recovered": { severity: "info", meaning: "The webhook takes events again" },
  "webhook.dropped": {
    severity: "warning",
    meaning: "Events were not sent to the webhook: too many waited, or it refused them",
  },
} as const satisfies Record<string, EventSpec>;

export type EventCode = keyof typeof EVENTS;
