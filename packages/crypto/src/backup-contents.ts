import { equalBytes } from "./bytes.ts";
import { CryptoError } from "./crypto-error.ts";
import { decodeFields, decodeU64, encodeFields, u64 } from "./fields.ts";
import { invariant } from "./invariant.ts";
import {
  encodeKeyringSecrets,
  eraseKeyringSecrets,
  type KeyringSecrets,
  readKeyringSecrets,
} from "./keyring-secrets.ts";
import { SecretBytes } from "./secret-bytes.ts";
import { NOTE_BYTES_MAX } from "./signed-note.ts";
import { decodeText, text } from "./text.ts";
import { isNodeName } from "./warrant.ts";

const FAMILY = "chatelaine/backup/";
const TYPE = "chatelaine/backup/v1";
// The first field's text begins after the count (1 byte) and its own length (4 bytes).
const TYPE_OFFSET = 5;
const BACKUP_ID = /^[a-z0-9_-]{1,64}$/;

/** What a backup file holds once it is decrypted. It owns its secrets. */
export interface BackupContents {
  /** Names this backup: 1 to 64 characters of `a-z`, `0-9`, `_` and `-`. */
  readonly backupId: string;
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly createdAtMs: number;
  /** Name of the node that made it. */
  readonly nodeName: string;
  /** The charter in force, the whole note; not verified by reading the backup. */
  readonly charterNote: string;
  /** With authority seed and CA key. */
  readonly secrets: KeyringSecrets;
}

/** The payload of a backup file. A payload that breaks a rule of the format is a defect. */
export function encodeBackup(contents: BackupContents): SecretBytes {
  using keyring = encodeKeyringSecrets(contents.secrets);
  invariant(isSound(contents), "a backup breaks a rule of its format");
  return keyring.use((keyringBytes) =>
    SecretBytes.take(
      encodeFields(
        text(TYPE),
        text(contents.backupId),
        u64(BigInt(contents.createdAtMs)),
        text(contents.nodeName),
        text(contents.charterNote),
        keyringBytes,
      ),
    ),
  );
}

/**
 * The contents of a payload, copied; the payload stays the caller's. Throws `malformed`, or
 * `unknown-version` for a payload of another version.
 */
export function decodeBackup(payload: SecretBytes): BackupContents {
  return payload.use((bytes) => {
    if (!isBackupPayload(bytes)) {
      throw new CryptoError("malformed");
    }
    return read(bytes);
  });
}

/** Whether the bytes begin as a backup payload of some version. */
export function isBackupPayload(bytes: Uint8Array): boolean {
  const family = text(FAMILY);
  const beginning = bytes.subarray(TYPE_OFFSET, TYPE_OFFSET + family.length);
  return equalBytes(beginning, family);
}

function read(bytes: Uint8Array): BackupContents {
  const [type, backupId, createdAt, nodeName, charterNote, keyring, ...more] = decodeFields(bytes);
  if (type === undefined || !equalBytes(type, text(TYPE))) {
    throw new CryptoError("unknown-version");
  }
  if (backupId === undefined || createdAt === undefined || nodeName === undefined) {
    throw new CryptoError("malformed");
  }
  if (charterNote === undefined || keyring === undefined || more.length > 0) {
    throw new CryptoError("malformed");
  }
  const about = {
    backupId: decodeText(backupId),
    createdAtMs: Number(decodeU64(createdAt)),
    nodeName: decodeText(nodeName),
    charterNote: decodeText(charterNote),
  };
  const contents = { ...about, secrets: readKeyringSecrets(keyring) };
  if (!isSound(contents)) {
    eraseKeyringSecrets(contents.secrets);
    throw new CryptoError("malformed");
  }
  return contents;
}

function isSound(contents: BackupContents): boolean {
  const noteBytes = Buffer.byteLength(contents.charterNote);
  return (
    BACKUP_ID.test(contents.backupId) &&
    Number.isSafeInteger(contents.createdAtMs) &&
    contents.createdAtMs >= 0 &&
    isNodeName(contents.nodeName) &&
    noteBytes >= 1 &&
    noteBytes <= NOTE_BYTES_MAX &&
    contents.secrets.authoritySeed !== undefined
  );
}
