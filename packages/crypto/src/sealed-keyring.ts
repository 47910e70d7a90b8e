import { concat, equalBytes } from "./bytes.ts";
import { CryptoError } from "./crypto-error.ts";
import { encodeFields, u64 } from "./fields.ts";
import { ENC_BYTES, type HpkeContext, hpkeOpen, hpkeSeal, TAG_BYTES } from "./hpke.ts";
import { invariant } from "./invariant.ts";
import {
  decodeKeyringSecrets,
  encodeKeyringSecrets,
  eraseKeyringSecrets,
  type KeyringSecrets,
} from "./keyring-secrets.ts";
import type { NodeId } from "./node-id.ts";
import type { NodeKeys } from "./node-keys.ts";
import type { RandomSource } from "./random-source.ts";
import { sha256 } from "./sha256.ts";
import { type SystemId, systemIdBytes } from "./system-id.ts";
import { text } from "./text.ts";
import type { NodeRole } from "./warrant.ts";

const LABEL = "chatelaine/sealed-keyring/v1";
const MAGIC_AND_VERSION = "CHKR\u0001";
// RFC 9180, section 7: KEM 0x0020, KDF 0x0001, AEAD 0x0002.
const SUITE = Uint8Array.of(0x00, 0x20, 0x00, 0x01, 0x00, 0x02);

/** To whom a keyring is sealed: as the warrant says. */
export interface KeyringRecipient {
  readonly nodeId: NodeId;
  readonly role: NodeRole;
  /** X25519, 32 bytes. */
  readonly hpkeKey: Uint8Array;
}

/** Who opens a sealed keyring, and what it must be. */
export interface KeyringOpener {
  readonly nodeId: NodeId;
  /** As the node's own warrant says. */
  readonly role: NodeRole;
  readonly systemId: SystemId;
  /** Of the keyring, as it is noted where the sealed one is kept. */
  readonly revision: bigint;
  readonly keys: NodeKeys;
}

/**
 * The keyring as only this node can open it. The secrets stay the caller's. Throws `malformed` for
 * a recipient's key that X25519 cannot use.
 */
export async function sealKeyring(
  secrets: KeyringSecrets,
  recipient: KeyringRecipient,
  random: RandomSource,
): Promise<Uint8Array<ArrayBuffer>> {
  invariant(
    recipient.role === "candidate" || secrets.authoritySeed === undefined,
    "only a candidate is given the keys of authority and CA",
  );
  const context = contextOf(secrets, recipient);
  using plaintext = encodeKeyringSecrets(secrets);
  return concat(header(), await hpkeSeal(recipient.hpkeKey, context, plaintext, random));
}

/**
 * The secrets in a sealed keyring, which become the caller's. Throws `unknown-version`, `malformed`
 * or `open-failed`. Base mode does not say who sealed it: compare it with the charter.
 */
export async function openKeyring(
  sealed: Uint8Array,
  node: KeyringOpener,
): Promise<KeyringSecrets> {
  const { systemId, nodeId, role, keys } = node;
  // A database can hold what is no u64; such a revision opens nothing, like any other wrong one.
  const revision = BigInt.asUintN(64, node.revision);
  const recipient = { nodeId, role, hpkeKey: keys.publicKeys.hpkeKey };
  const context = contextOf({ systemId, revision }, recipient);
  using plaintext = await hpkeOpen(keys.hpkeKeyPair(), context, withoutHeader(sealed));
  const secrets = decodeKeyringSecrets(plaintext);
  if (secrets.systemId !== systemId || secrets.revision !== node.revision) {
    eraseKeyringSecrets(secrets);
    throw new CryptoError("malformed");
  }
  return secrets;
}

function header(): Uint8Array {
  return concat(text(MAGIC_AND_VERSION), SUITE);
}

/** `enc` and the ciphertext. */
function withoutHeader(sealed: Uint8Array): Uint8Array {
  const known = header();
  const found = sealed.subarray(0, known.length);
  if (!equalBytes(found, known.subarray(0, found.length))) {
    throw new CryptoError("unknown-version");
  }
  if (sealed.length < known.length + ENC_BYTES + TAG_BYTES) {
    throw new CryptoError("malformed");
  }
  return sealed.subarray(known.length);
}

/** Binds the ciphertext to system, node, role, the node's key, and the revision. */
function contextOf(
  { systemId, revision }: { readonly systemId: SystemId; readonly revision: bigint },
  { nodeId, role, hpkeKey }: KeyringRecipient,
): HpkeContext {
  return {
    info: encodeFields(text(LABEL), systemIdBytes(systemId), text(nodeId), text(role)),
    aad: encodeFields(sha256(hpkeKey), u64(revision)),
  };
}
