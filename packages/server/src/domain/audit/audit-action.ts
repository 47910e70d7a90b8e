/** What the audit tells, as `noun.verb`. The list is a contract: customers' tools parse it. */
export const AUDIT_ACTIONS = [
  "system.create",
  "node.recover",
  "mastership.claim",
  "secret.backup",
  "secret.backup.verify",
  "secret.restore",
  "application.create",
  "config.set",
  "config.reveal",
] as const;

export type AuditAction = (typeof AUDIT_ACTIONS)[number];
