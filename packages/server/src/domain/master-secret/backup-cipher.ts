import type { SecretBytes } from "@chatelaine/crypto";

/** Turns the contents of a backup into a file and back (age, with a passphrase). */
export interface BackupCipher {
  /** Does not keep either secret. Throws `passphrase-unfit`. */
  encrypt(contents: SecretBytes, passphrase: SecretBytes): Promise<Uint8Array>;
  /** Throws `backup-wrong-passphrase`, `backup-damaged`, `backup-not-a-backup`. */
  decrypt(file: Uint8Array, passphrase: SecretBytes): Promise<SecretBytes>;
}
