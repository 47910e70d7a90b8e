/**
 * What can be said of an age file before its passphrase is tried
 * (https://age-encryption.org/v1, "scrypt recipient stanza").
 */
import { BackupError } from "./backup-error.ts";

/**
 * Work factor of files we write, and the highest that is read unless the caller allows more: 2^18
 * rounds of scrypt, about a second and 256 MiB.
 */
export const WORK_FACTOR = 18;
/**
 * The highest work factor that can be allowed: 2^20 rounds take a gibibyte. Whoever makes a file
 * chooses it, so there must be a limit, and the library has this one too.
 */
export const WORK_FACTOR_MAX = 20;
/** Length of the largest file that is read, in bytes; the largest backup has about 420,000. */
export const FILE_BYTES_MAX = 1_048_576;

const FAMILY = "age-encryption.org/";
const VERSION_LINE = "age-encryption.org/v1\n";
const HEADER_BYTES_MAX = 1024;
const SCRYPT_HEADER =
  /^-> scrypt [A-Za-z0-9+/]{22} ([1-9][0-9]*)\n[A-Za-z0-9+/]{43}\n--- [A-Za-z0-9+/]{43}\n/;

/**
 * Throws unless the binary file begins as an age file that one passphrase opens, at no higher price
 * than allowed: `backup-not-a-backup`, `backup-newer-format` or `backup-damaged`.
 */
export function checkAgeHeader(file: Uint8Array, workFactorMax: number): void {
  const header = new TextDecoder("latin1").decode(file.subarray(0, HEADER_BYTES_MAX));
  if (!header.startsWith(FAMILY)) {
    throw new BackupError("backup-not-a-backup", "the file is not an age file");
  }
  if (!header.startsWith(VERSION_LINE)) {
    throw versionRefusal(header);
  }
  const stanzas = header.slice(VERSION_LINE.length);
  if (stanzas.startsWith("-> ") && !stanzas.startsWith("-> scrypt ")) {
    const detail = "the age file is not encrypted to a passphrase";
    throw new BackupError("backup-not-a-backup", detail);
  }
  checkWorkFactor(SCRYPT_HEADER.exec(stanzas)?.[1], workFactorMax);
}

function versionRefusal(header: string): BackupError {
  return /^v[0-9]+\n/.test(header.slice(FAMILY.length))
    ? new BackupError("backup-newer-format", "the age file has another version than 1")
    : new BackupError("backup-damaged", "the first line of the age file is damaged");
}

function checkWorkFactor(workFactor: string | undefined, workFactorMax: number): void {
  if (workFactor === undefined) {
    throw new BackupError("backup-damaged", "the header of the age file is damaged");
  }
  if (Number(workFactor) > workFactorMax) {
    const limit = workFactorMax.toString();
    const detail = `the age file has a scrypt work factor of ${workFactor}, above the limit of ${limit}`;
    throw new BackupError("backup-not-a-backup", detail);
  }
}
