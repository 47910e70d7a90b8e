/** What the audit tells, as `noun.verb`. The list is a contract: customers' tools parse it. */
export const AUDIT_ACTIONS = [
  "system.create",
  "node.recover",
  "mastership.claim",
  "secret.backup",
  "secret.backup.verify",
  "secret.restore",
  "request.refuse",
  "application.create",
  "application.update",
  "application.enable",
  "application.disable",
  "application.delete",
  "config.set",
  "config.delete",
  "config.reveal",
  "config.batch-reveal",
  "config.roll-back",
  "bindings.import",
  "bindings.reveal",
  "bindings.delete",
  "token.create",
  "token.revoke",
] as const;

export type AuditAction = (typeof AUDIT_ACTIONS)[number];
