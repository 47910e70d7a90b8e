/**
 * Text armor of age files (https://age-encryption.org/v1, "ASCII armor"), so that a backup can be
 * mailed, pasted and printed.
 */
import { armor } from "age-encryption";
import { text } from "@chatelaine/crypto";
import { BackupError } from "./backup-error.ts";

// What mail and editors leave around a text is forgiven, and no more: the library would take
// whatever Unicode calls white space. Both expressions take time in proportion to the file.
const ARMOR_BEGINS = /^[ \t\r\n]*-----BEGIN AGE ENCRYPTED FILE-----/;
const WHOLE_ARMOR =
  /^[ \t\r\n]*(-----BEGIN[A-Z ]*-----[\w+/=\r\n]*-----END[A-Z ]*-----)[ \t\r\n]*$/;

/** The file in armor: lines of ASCII, each ended by a newline. */
export function withArmor(file: Uint8Array): Uint8Array<ArrayBuffer> {
  return text(armor.encode(file));
}

/**
 * The binary file, whether it came in armor or not. Throws `backup-damaged` for armor that breaks
 * a rule.
 */
export function withoutArmor(file: Uint8Array): Uint8Array {
  const characters = new TextDecoder("latin1").decode(file);
  if (!ARMOR_BEGINS.test(characters)) {
    return file;
  }
  try {
    // The library refuses the empty text as it refuses all that is not armor.
    return armor.decode(WHOLE_ARMOR.exec(characters)?.[1] ?? "");
  } catch {
    throw new BackupError("backup-damaged", "the text armor of the age file is damaged");
  }
}
