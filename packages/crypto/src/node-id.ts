import { fromBase32, toBase32 } from "./base32.ts";
import { CryptoError } from "./crypto-error.ts";
import type { RandomSource } from "./random-source.ts";

const PREFIX = "nod_";
const NODE_ID_BYTES = 10;

/** Names one node for ever: `nod_` and 16 lower-case base32 characters, for 10 random bytes. */
export type NodeId = string & { readonly brand: "NodeId" };

/** The id of a node that did not exist before. */
export function newNodeId(random: RandomSource): NodeId {
  return parseNodeId(PREFIX + toBase32(random.bytes(NODE_ID_BYTES)));
}

/** Throws `malformed` unless the text is the prefix and the one spelling of 10 bytes. */
export function parseNodeId(value: string): NodeId {
  const encoded = value.slice(PREFIX.length);
  if (!value.startsWith(PREFIX) || fromBase32(encoded).length !== NODE_ID_BYTES) {
    throw new CryptoError("malformed");
  }
  return value as NodeId;
}
