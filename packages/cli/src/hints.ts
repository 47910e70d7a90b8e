import type { ErrorCode } from "@chatelaine/protocol";

/** The next command, where there is one, for failures whose detail cannot know it. */
const HINTS: Partial<Record<ErrorCode, string>> = {
  "node-unreachable":
    "start the node with `chatelaine start`, or name its state directory with --state-dir",
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
};

export function hintFor(code: ErrorCode): string | undefined {
  return HINTS[code];
}
