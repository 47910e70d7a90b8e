/**
 * Why a backup file was refused.
 *
 * - `backup-not-a-backup`: it is something else, or more than a backup may ask for;
 * - `backup-newer-format`: a later version of the software wrote it;
 * - `backup-wrong-passphrase`: it does not open with this passphrase;
 * - `backup-damaged`: it was altered or cut short.
 */
export type BackupFault =
  "backup-not-a-backup" | "backup-newer-format" | "backup-wrong-passphrase" | "backup-damaged";

/** A backup file was refused. `detail` holds nothing secret and may be shown. */
export class BackupError extends Error {
  override readonly name = "BackupError";
  readonly code: BackupFault;
  readonly detail: string;

  constructor(code: BackupFault, detail: string) {
    super(detail);
    this.code = code;
    this.detail = detail;
  }
}
