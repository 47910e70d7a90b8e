import type { ErrorCode } from "@chatelaine/protocol";

/** The next command, where there is one, for failures whose detail cannot know it. */
const HINTS: Partial<Record<ErrorCode, string>> = {
  "node-unreachable":
    "start the node with `chatelaine start`, or name its state directory with --state-dir, or its " +
    "address with --server",
  "system-not-found":
    "make a system with `chatelaine init --backup-to FILE`, or name a state directory with --state-dir",
  "system-exists":
    "go on with it by `chatelaine start`; if its state directory is lost or `init` was " +
    "interrupted, run `chatelaine node recover --backup FILE`",
  "passphrase-required":
    "put the passphrase into a file of mode 0600 and name it with --passphrase-file",
  "backup-wrong-passphrase": "the reminder, if there is one, stands in the file beside the backup",
  "state-directory-in-use": "`chatelaine status` shows the node that is running",
  "file-exists": "choose another name, or move the file away",
  "authentication-required":
    "on the node's machine `chatelaine token create --to FILE` makes a token; name its file with " +
    "--token-file or CHATELAINE_TOKEN_FILE",
  "permission-denied":
    "use the token of an administrator, or run the command on the node's machine without --server",
  "application-exists": "change it with `chatelaine application update`",
  "field-unknown":
    "`chatelaine application show` lists the fields, and `application update --field` adds one",
  "precondition-unreadable": "take the revision from what was shown when you read it",
  "master-secret-unavailable": "`chatelaine status` says what the node waits for",
  "master-secret-version-unknown": "repeat the command in a moment, or on another node",
  "master-secret-server-unavailable": "`chatelaine status` says whether the node can seal",
  "outcome-unknown": "look at what is there now, and repeat the command if it was not done",
  "cannot-open":
    "somebody has moved or changed a row of the database; `chatelaine events` tells more",
  "row-not-authentic":
    "somebody has written to the database; `chatelaine events` tells what was refused",
};

export function hintFor(code: ErrorCode): string | undefined {
  return HINTS[code];
}
