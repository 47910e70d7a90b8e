import { decodeBase32, encodeBase32, toBase32 } from "./base32.ts";
import { concat, equalBytes, newBytes } from "./bytes.ts";
import { CryptoError } from "./crypto-error.ts";
import { RAW_KEY_BYTES } from "./curve25519-keys.ts";
import { decodeFields, decodeU64, encodeFields, u64 } from "./fields.ts";
import { invariant } from "./invariant.ts";
import { type NodeId, parseNodeId } from "./node-id.ts";
import { SecretBytes } from "./secret-bytes.ts";
import { sha256 } from "./sha256.ts";
import { parseSystemId, type SystemId, systemIdBytes } from "./system-id.ts";
import { decodeText, text } from "./text.ts";

/** Length of the secret of an invitation, in bytes. */
export const JOIN_SECRET_BYTES = 32;
/** How many addresses a join token can carry. */
export const JOIN_ADDRESSES_MAX = 64;

const PREFIX = "chatjoin_";
const VERSION = Uint8Array.of(0x01);
const HASH_BYTES = 32;
const CHECKSUM_BYTES = 4;
const ADDRESS_LENGTH_MAX = 255;
const INSTANT_MS_MAX = 8_640_000_000_000_000n;

/** All that a machine needs to become a node: whom to ask, how to know them, and a secret. */
export interface JoinToken {
  /** The node that the joiner becomes; also the name of its invitation. */
  readonly nodeId: NodeId;
  /** 32 bytes. */
  readonly secret: SecretBytes;
  readonly systemId: SystemId;
  /** Ed25519, 32 bytes: signs this system's statements. */
  readonly authorityKey: Uint8Array;
  /** SHA-256 of the SubjectPublicKeyInfo of the CA, 32 bytes. */
  readonly caKeyHash: Uint8Array;
  /** Milliseconds since 1970. */
  readonly expiresAtMs: number;
  /** `HOST:PORT` of every live candidate, to be tried in this order; 1 to 64. */
  readonly addresses: readonly string[];
}

/** One line of ASCII (docs/formats/join-token.md). What breaks a rule is a defect of the caller. */
export function encodeJoinToken(token: JoinToken): SecretBytes {
  invariant(isSound(token), "a join token breaks a rule of its format");
  using fields = SecretBytes.take(token.secret.use((secret) => fieldsOf(token, secret)));
  return fields.use((bytes) => {
    using body = SecretBytes.take(concat(VERSION, bytes));
    using whole = SecretBytes.take(body.use((known) => concat(known, checksumOf(known))));
    using encoded = SecretBytes.take(whole.use(encodeBase32));
    return encoded.use((characters) => SecretBytes.take(concat(text(PREFIX), characters)));
  });
}

/**
 * Takes a token apart; its bytes stay the caller's, the secret in what it returns becomes the
 * caller's. Throws `unknown-version` for another prefix or version, `malformed` for what is no
 * token or was mistyped.
 */
export function parseJoinToken(token: SecretBytes): JoinToken {
  using whole = SecretBytes.take(token.use(wholeOf));
  return whole.use((bytes) => {
    const end = bytes.length - CHECKSUM_BYTES;
    if (end < 1 || !equalBytes(checksumOf(bytes.subarray(0, end)), bytes.subarray(end))) {
      throw new CryptoError("malformed");
    }
    if (bytes[0] !== VERSION[0]) {
      throw new CryptoError("unknown-version");
    }
    return tokenOf(decodeFields(bytes.subarray(1, end)));
  });
}

/** What an invitation says of the secret of its token: SHA-256, 32 bytes. */
export function joinSecretHash(secret: Uint8Array): Uint8Array<ArrayBuffer> {
  return sha256(secret);
}

/** How a join token names the CA: SHA-256 of its SubjectPublicKeyInfo. */
export function caKeyHash(publicKey: Uint8Array): Uint8Array<ArrayBuffer> {
  return sha256(publicKey);
}

function wholeOf(characters: Uint8Array): Uint8Array<ArrayBuffer> {
  const prefix = text(PREFIX);
  if (!equalBytes(characters.subarray(0, prefix.length), prefix)) {
    throw new CryptoError("unknown-version");
  }
  return decodeBase32(characters.subarray(prefix.length));
}

function fieldsOf(token: JoinToken, secret: Uint8Array): Uint8Array<ArrayBuffer> {
  return encodeFields(
    text(token.nodeId),
    secret,
    systemIdBytes(token.systemId),
    token.authorityKey,
    token.caKeyHash,
    u64(BigInt(token.expiresAtMs)),
    encodeFields(...token.addresses.map(text)),
  );
}

function tokenOf(fields: readonly Uint8Array[]): JoinToken {
  const [nodeId, secret, systemId, authorityKey, caKeyHash, expires, addresses, ...more] = fields;
  if (
    nodeId === undefined ||
    secret === undefined ||
    systemId === undefined ||
    authorityKey === undefined ||
    caKeyHash === undefined ||
    expires === undefined ||
    addresses === undefined ||
    more.length > 0
  ) {
    throw new CryptoError("malformed");
  }
  const token: JoinToken = {
    nodeId: parseNodeId(decodeText(nodeId)),
    systemId: parseSystemId(toBase32(systemId)),
    authorityKey: concat(authorityKey),
    caKeyHash: concat(caKeyHash),
    expiresAtMs: decodeInstant(expires),
    addresses: decodeFields(addresses).map(decodeText),
    secret: SecretBytes.copyOf(secret),
  };
  if (!isSound(token)) {
    token.secret.erase();
    throw new CryptoError("malformed");
  }
  return token;
}

function decodeInstant(bytes: Uint8Array): number {
  const instant = decodeU64(bytes);
  if (instant > INSTANT_MS_MAX) {
    throw new CryptoError("malformed");
  }
  return Number(instant);
}

/** Against mistyping only: whoever makes a token can make this too. */
function checksumOf(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const checksum = newBytes(CHECKSUM_BYTES);
  checksum.set(sha256(bytes).subarray(0, CHECKSUM_BYTES));
  return checksum;
}

function isSound(token: JoinToken): boolean {
  const { addresses, expiresAtMs } = token;
  return (
    token.secret.length === JOIN_SECRET_BYTES &&
    token.authorityKey.length === RAW_KEY_BYTES &&
    token.caKeyHash.length === HASH_BYTES &&
    Number.isSafeInteger(expiresAtMs) &&
    expiresAtMs >= 0 &&
    addresses.length >= 1 &&
    addresses.length <= JOIN_ADDRESSES_MAX &&
    new Set(addresses).size === addresses.length &&
    addresses.every((address) => address.length <= ADDRESS_LENGTH_MAX && /^[!-~]+$/.test(address))
  );
}
