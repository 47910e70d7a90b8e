import type { NodeId, NodeKeys, SystemId } from "@chatelaine/crypto";

/** Who this node is; kept in its state directory, never taken from the database. */
export interface NodeIdentity {
  readonly systemId: SystemId;
  readonly nodeId: NodeId;
  readonly name: string;
  /** Ed25519 public key (32 bytes) that signs this system's statements: pinned. */
  readonly authorityKey: Uint8Array;
}

/** A node with its private keys. */
export interface NodeSelf extends NodeIdentity {
  readonly keys: NodeKeys;
}
