/**
 * Every failure a caller can meet: the contract of server, SDK and CLI. Codes are never renamed
 * or reused. Each has a page in `docs/errors/`, held equal to this table by a test.
 */

/** What the caller can do about it, so that no client needs a list of codes. */
export type Remedy =
  | "fix-request" // the request itself is wrong; sending it again changes nothing
  | "authenticate" // other or fresh credentials are needed
  | "retry-here" // the same request may succeed later on this node
  | "retry-elsewhere" // another node may answer now
  | "operator"; // somebody has to act on the machine, the database or a file

export interface ErrorSpec {
  /** HTTP status (RFC 9110). */
  readonly status: number;
  readonly title: string;
  readonly remedy: Remedy;
}

export const ERRORS = {
  // The request
  "request-invalid": { status: 400, title: "The request is not valid", remedy: "fix-request" },
  "body-too-large": { status: 413, title: "The request body is too large", remedy: "fix-request" },
  "media-type-unsupported": {
    status: 415,
    title: "The request body must be application/json",
    remedy: "fix-request",
  },
  "not-found": { status: 404, title: "No such resource", remedy: "fix-request" },
  "host-not-allowed": {
    status: 421,
    title: "The Host or Origin of the request is not one of this node",
    remedy: "fix-request",
  },
  "local-socket-required": {
    status: 403,
    title: "This is done on the node's own socket only",
    remedy: "fix-request",
  },

  "precondition-unreadable": {
    status: 400,
    title: "If-Match or If-None-Match is not a revision of this system",
    remedy: "fix-request",
  },
  "idempotency-key-reused": {
    status: 422,
    title: "The idempotency key was used for another request",
    remedy: "fix-request",
  },

  // The caller
  "authentication-required": {
    status: 401,
    title: "The request carries no valid API token",
    remedy: "authenticate",
  },
  "permission-denied": {
    status: 403,
    title: "The caller may not do this",
    remedy: "authenticate",
  },
  "token-not-found": { status: 404, title: "No such API token", remedy: "fix-request" },

  // Applications and config items
  "application-invalid": {
    status: 400,
    title: "The affiliate application is not valid",
    remedy: "fix-request",
  },
  "application-immutable": {
    status: 409,
    title: "This property of an affiliate application does not change",
    remedy: "fix-request",
  },
  "application-disabled": {
    status: 409,
    title: "The affiliate application is disabled",
    remedy: "fix-request",
  },
  "application-type-mismatch": {
    status: 409,
    title: "Only a Config Store application holds config items",
    remedy: "fix-request",
  },
  "field-unknown": {
    status: 400,
    title: "The affiliate application has no such field",
    remedy: "fix-request",
  },
  "value-invalid": {
    status: 400,
    title: "The value is not of the type of its field",
    remedy: "fix-request",
  },
  "revision-not-found": {
    status: 404,
    title: "The item has no such revision",
    remedy: "fix-request",
  },
  "application-not-found": {
    status: 404,
    title: "No such affiliate application",
    remedy: "fix-request",
  },
  "application-exists": {
    status: 409,
    title: "An affiliate application of this name exists",
    remedy: "fix-request",
  },
  "config-item-not-found": { status: 404, title: "No such config item", remedy: "fix-request" },
  "revision-conflict": {
    status: 412,
    title: "The item has changed since the revision named",
    remedy: "fix-request",
  },
  "value-too-large": {
    status: 413,
    title: "The value is larger than a sealed value may be",
    remedy: "fix-request",
  },

  // Imports
  "import-invalid": {
    status: 422,
    title: "The file is not what can be imported",
    remedy: "fix-request",
  },
  "import-not-supported": {
    status: 422,
    title: "The file holds what is understood and not imported",
    remedy: "fix-request",
  },
  "import-too-large": {
    status: 413,
    title: "The file, or something in it, is larger than can be imported",
    remedy: "fix-request",
  },
  "import-wrong-password": {
    status: 422,
    title: "The password does not open the export",
    remedy: "fix-request",
  },
  "import-busy": {
    status: 503,
    title: "Too many imports wait for their turn on this node",
    remedy: "retry-here",
  },
  "bindings-not-found": { status: 404, title: "No such binding file", remedy: "fix-request" },

  // The master secret
  "master-secret-unavailable": {
    status: 503,
    title: "This node does not hold the master secret",
    remedy: "retry-elsewhere",
  },
  "master-secret-server-unavailable": {
    status: 503,
    title: "Nothing can be sealed without a master secret server",
    remedy: "retry-here",
  },
  "master-secret-version-unknown": {
    status: 503,
    title: "This node has not got that version of the master secret yet",
    remedy: "retry-here",
  },
  "not-master-secret-server": {
    status: 421,
    title: "This node is not the master secret server",
    remedy: "retry-elsewhere",
  },
  "master-secret-server-active": {
    status: 409,
    title: "Another node is the master secret server",
    remedy: "operator",
  },
  "epoch-fenced": {
    status: 503,
    title: "A newer master secret server has taken over",
    remedy: "retry-elsewhere",
  },
  "cannot-open": {
    status: 500,
    title: "A sealed value did not open for what was asked",
    remedy: "operator",
  },
  "row-not-authentic": {
    status: 500,
    title: "A row of the SSO database does not carry the stamp of this system",
    remedy: "operator",
  },
  "statement-not-authentic": {
    status: 500,
    title: "A charter or warrant in the SSO database is not signed by this system's authority",
    remedy: "operator",
  },
  "keyring-mismatch": {
    status: 500,
    title: "The sealed keyring is not what the charter says",
    remedy: "operator",
  },

  // Backups
  "passphrase-unfit": {
    status: 400,
    title: "The passphrase or its reminder is too short or too long",
    remedy: "fix-request",
  },
  "passphrase-required": {
    status: 400,
    title: "A passphrase is needed and no terminal is there to ask for it",
    remedy: "fix-request",
  },
  "backup-wrong-passphrase": {
    status: 422,
    title: "The passphrase does not open the backup file",
    remedy: "fix-request",
  },
  "backup-damaged": { status: 422, title: "The backup file is damaged", remedy: "fix-request" },
  "backup-newer-format": {
    status: 422,
    title: "The backup file has a format newer than this software",
    remedy: "operator",
  },
  "backup-not-a-backup": {
    status: 422,
    title: "The file is not a backup of a master secret",
    remedy: "fix-request",
  },
  "backup-wrong-system": {
    status: 422,
    title: "The backup belongs to another SSO system",
    remedy: "fix-request",
  },
  "backup-lacks-version": {
    status: 422,
    title: "The backup does not hold every version of the master secret",
    remedy: "fix-request",
  },
  "backup-inside-state-directory": {
    status: 400,
    title: "A backup must not lie in the state directory",
    remedy: "fix-request",
  },
  "file-exists": { status: 409, title: "The file exists already", remedy: "fix-request" },
  "file-unreadable": { status: 400, title: "The file cannot be read", remedy: "fix-request" },
  "file-unwritable": { status: 400, title: "The file cannot be written", remedy: "operator" },

  // The node and its state directory
  "system-exists": {
    status: 409,
    title: "There is an SSO system already",
    remedy: "operator",
  },
  "system-not-found": { status: 404, title: "There is no SSO system here", remedy: "operator" },
  "system-mismatch": {
    status: 409,
    title: "State directory and SSO database belong to different SSO systems",
    remedy: "operator",
  },
  "state-directory-in-use": {
    status: 409,
    title: "Another process uses the state directory",
    remedy: "operator",
  },
  "state-directory-unsafe": {
    status: 500,
    title: "The state directory can be read by others",
    remedy: "operator",
  },
  "state-directory-damaged": {
    status: 500,
    title: "A file of the state directory is missing or damaged",
    remedy: "operator",
  },
  "state-not-lost": {
    status: 409,
    title: "The state directory exists, so there is nothing to recover",
    remedy: "operator",
  },
  "process-unsafe": {
    status: 500,
    title: "The process could be inspected or dumped",
    remedy: "operator",
  },
  "node-not-found": { status: 404, title: "No such node", remedy: "fix-request" },
  "node-not-changeable": {
    status: 409,
    title: "This is not done to that node",
    remedy: "fix-request",
  },
  "node-not-designated": {
    status: 409,
    title: "This node is not the designated one",
    remedy: "operator",
  },
  "node-not-ready": {
    status: 409,
    title: "That node cannot take the role yet",
    remedy: "operator",
  },
  "node-not-advertised": {
    status: 409,
    title: "No node of the system can be reached by others",
    remedy: "operator",
  },
  "invitation-refused": {
    status: 403,
    title: "The join token does not belong to a valid invitation",
    remedy: "authenticate",
  },
  "invitation-expired": {
    status: 403,
    title: "The invitation has expired",
    remedy: "authenticate",
  },
  "invitation-used": {
    status: 409,
    title: "The invitation was used already",
    remedy: "authenticate",
  },
  "join-token-unreadable": {
    status: 400,
    title: "That is not a join token",
    remedy: "fix-request",
  },
  "join-server-refused": {
    status: 502,
    title: "Who answered is not the system of the join token",
    remedy: "operator",
  },
  "charter-full": {
    status: 409,
    title: "The charter lists as many revocations as it can",
    remedy: "operator",
  },
  "node-revoked": {
    status: 403,
    title: "The node is revoked by the charter",
    remedy: "operator",
  },
  "node-not-recognized": {
    status: 403,
    title: "The connection proves no live node of this system",
    remedy: "operator",
  },
  "too-many-attempts": {
    status: 429,
    title: "Too many attempts from this address",
    remedy: "retry-here",
  },
  "node-unreachable": {
    status: 503,
    title: "No node answers",
    remedy: "operator",
  },
  "configuration-invalid": {
    status: 500,
    title: "The configuration is not valid",
    remedy: "operator",
  },
  "address-in-use": {
    status: 409,
    title: "Another program listens on the address",
    remedy: "operator",
  },

  // The database
  "schema-too-new": {
    status: 503,
    title: "The schema of the SSO database is newer than this software",
    remedy: "operator",
  },
  "schema-unknown": {
    status: 503,
    title: "The database holds no schema of an SSO database this software knows",
    remedy: "operator",
  },
  "database-not-behind": {
    status: 409,
    title: "The SSO database is not older than what this node has seen",
    remedy: "fix-request",
  },
  "database-behind": {
    status: 503,
    title: "The SSO database is older than what this node has seen",
    remedy: "operator",
  },
  "database-locked": {
    status: 503,
    title: "Another process holds the database file's write lock",
    remedy: "retry-here",
  },
  "database-unavailable": {
    status: 503,
    title: "The SSO database cannot be reached",
    remedy: "retry-here",
  },
  "audit-unavailable": {
    status: 503,
    title: "A disclosure cannot be recorded, so nothing is disclosed",
    remedy: "retry-elsewhere",
  },
  "outcome-unknown": {
    status: 503,
    title: "The connection was lost in a commit; the change may or may not have been made",
    remedy: "retry-here",
  },

  internal: { status: 500, title: "Internal error", remedy: "retry-here" },
} as const satisfies Record<string, ErrorSpec>;

export type ErrorCode = keyof typeof ERRORS;

export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(ERRORS, text);
}
