import type { NodeId } from "@chatelaine/crypto";

/** The keyring sealed to one candidate's key; only that node can open it. */
export interface SealedKeyringRow {
  readonly nodeId: NodeId;
  readonly revision: bigint;
  readonly sealed: Uint8Array;
}

export interface SealedKeyringReader {
  find(nodeId: NodeId): Promise<SealedKeyringRow | undefined>;
}

export interface SealedKeyringStore extends SealedKeyringReader {
  put(row: SealedKeyringRow): Promise<void>;
}
