/** The public face of the package. */

// Errors, bytes and text.
export { CryptoError, type CryptoFault } from "./crypto-error.ts";
export { InvariantBroken } from "./invariant.ts";
export { concat, equalBytes, fromHex, newBytes, toHex } from "./bytes.ts";
export { fromBase32, toBase32 } from "./base32.ts";
export { fromBase64, fromBase64Url, toBase64, toBase64Url } from "./base64.ts";
export { decodeText, foldName, text } from "./text.ts";
export { sha256 } from "./sha256.ts";
export type { MacKey } from "./mac-key.ts";
export { messageKey } from "./message-key.ts";
export {
  decodeFields,
  decodeOptionalField,
  decodeU32,
  decodeU64,
  encodeFields,
  optionalField,
  u32,
  u64,
} from "./fields.ts";
export type { RandomSource } from "./random-source.ts";
export { SecretBytes } from "./secret-bytes.ts";

export { openSsoExport, SSO_EXPORT_BYTES_MAX } from "./sso-export.ts";

// Names.
export { newSystemId, parseSystemId, systemIdBytes, type SystemId } from "./system-id.ts";
export { newNodeId, parseNodeId, type NodeId } from "./node-id.ts";

// The keyring and what is done with it.
export { checkValueOf } from "./check-value.ts";
export type { MasterSecret } from "./purpose-keys.ts";
export { Keyring, type KeyringVersion, type VersionState } from "./keyring.ts";
export { addVersion, destroyVersion, promoteVersion } from "./keyring-acts.ts";
export { NoncePool } from "./nonce-pool.ts";
export { PLAINTEXT_BYTES_MAX, readSealedHeader, type SealedHeader } from "./sealed-header.ts";
export { openValue, sealValue, type SealContext } from "./sealed-value.ts";
export {
  STAMP_BYTES,
  stampRow,
  stampVersion,
  verifyStamp,
  type Stamp,
  type StampedRow,
} from "./stamp.ts";
export { hashRequest, isHashOfRequest, REQUEST_HASH_BYTES } from "./request-hash.ts";
export {
  newApiToken,
  parseApiToken,
  parseApiTokenId,
  type ApiTokenId,
  type NewApiToken,
  type PresentedApiToken,
} from "./api-token.ts";

// Notes, statements, node keys, sealed keyring, backup contents.
export { NOTE_BYTES_MAX, NOTE_TYPES, noteId, type NoteType } from "./signed-note.ts";
export { Authority, type ExpectedNote, openNote } from "./authority.ts";
export {
  isNodeName,
  isWarrant,
  type NodeRole,
  openWarrant,
  signWarrant,
  type Warrant,
  warrantId,
} from "./warrant.ts";
export { type Invitation, openInvitation, signInvitation } from "./invitation.ts";
export {
  caKeyHash,
  encodeJoinToken,
  JOIN_ADDRESSES_MAX,
  JOIN_SECRET_BYTES,
  joinSecretHash,
  type JoinToken,
  parseJoinToken,
} from "./join-token.ts";
export {
  CHARTER_LIST_MAX,
  type Charter,
  type CharterVersion,
  emptyAccessListHash,
  openCharter,
  signCharter,
} from "./charter.ts";
export { assertKeyringOfCharter } from "./charter-keyring.ts";
export { NodeKeys, type NodePublicKeys } from "./node-keys.ts";
export { caPublicKey, newCaKey } from "./certificate-authority-key.ts";
export {
  type CertificateFacts,
  certificateSigningKey,
  NO_SESSION_TICKETS,
  readCertificate,
} from "./certificate.ts";
export {
  decodeKeyringSecrets,
  encodeKeyringSecrets,
  eraseKeyringSecrets,
  type KeyringSecrets,
} from "./keyring-secrets.ts";
export {
  type KeyringOpener,
  type KeyringRecipient,
  openKeyring,
  sealKeyring,
} from "./sealed-keyring.ts";
export {
  type BackupContents,
  decodeBackup,
  encodeBackup,
  isBackupPayload,
} from "./backup-contents.ts";
