/** Backup files of the master secret. The public face of the package. */
export { FILE_BYTES_MAX, WORK_FACTOR, WORK_FACTOR_MAX } from "./age-header.ts";
export { ageWorkerUrl } from "./age-worker-url.ts";
export { BackupError, type BackupFault } from "./backup-error.ts";
export {
  decryptBackup,
  type DecryptOptions,
  encryptBackup,
  type EncryptOptions,
  openBackup,
  readBackupPayload,
} from "./backup-file.ts";
export { backupCompanionText, type CompanionFacts } from "./companion-text.ts";
export {
  generatePassphrase,
  PASSPHRASE_LENGTH_MAX,
  PASSPHRASE_LENGTH_MIN,
  type PassphraseProblem,
  passphraseProblem,
  REMINDER_LENGTH_MAX,
  type ReminderProblem,
  reminderProblem,
} from "./passphrase.ts";
