import type { NodeId } from "@chatelaine/crypto";

/** A node's row: its warrant decides what it is, the columns only find it. */
export interface NodeRow {
  readonly nodeId: NodeId;
  readonly warrant: string;
}

export interface NodeReader {
  find(nodeId: NodeId): Promise<NodeRow | undefined>;
  /** All of them, by node id; at most `NODES_MAX`. */
  list(): Promise<readonly NodeRow[]>;
}

export interface NodeStore extends NodeReader {
  /** Admits a node or gives it a new warrant. */
  put(row: NodeRow): Promise<void>;
  /** Also removes its sealed keyring. */
  remove(nodeId: NodeId): Promise<void>;
}

export const NODES_MAX = 10_000;
