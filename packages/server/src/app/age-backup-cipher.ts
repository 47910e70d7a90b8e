import { CodedError } from "../base/coded-error.ts";
import type { BackupCipher } from "../domain/master-secret/backup-cipher.ts";

/** What to do about a passphrase that cannot be one. */
export const PASSPHRASE_PROBLEMS = {
  "not-text": "a passphrase is UTF-8 text without control characters",
  "too-short": "a passphrase has at least 16 characters; take a longer one",
  "too-long": "a passphrase has at most 256 characters; take a shorter one",
} as const;

/** Backup files by `@chatelaine/backup`, which is loaded when the first one is made or opened. */
export const ageBackupCipher: BackupCipher = {
  async encrypt(contents, passphrase) {
    const { encryptBackup, passphraseProblem } = await import("@chatelaine/backup");
    const problem = passphraseProblem(passphrase);
    if (problem !== undefined) {
      throw new CodedError("passphrase-unfit", { detail: PASSPHRASE_PROBLEMS[problem] });
    }
    return await encryptBackup(contents, passphrase);
  },
  async decrypt(file, passphrase) {
    const { BackupError, decryptBackup } = await import("@chatelaine/backup");
    try {
      return await decryptBackup(file, passphrase);
    } catch (cause) {
      if (cause instanceof BackupError) {
        throw new CodedError(cause.code, { detail: cause.detail, cause });
      }
      throw cause;
    }
  },
};
