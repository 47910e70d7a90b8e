import type { NodeId } from "@chatelaine/crypto";
import type { WallTimeMs } from "../../platform/clock.ts";

/** An invitation's row: the note decides, the columns only find and tell. */
export interface InvitationRow {
  /** Of the node that is admitted by it. */
  readonly nodeId: NodeId;
  readonly note: string;
  /** A copy for clearing away. */
  readonly expiresAtMs: WallTimeMs;
  /** When a node was admitted by it; undefined: not yet. The row is kept, so that it is known. */
  readonly redeemedAtMs: WallTimeMs | undefined;
}

export interface InvitationReader {
  find(nodeId: NodeId): Promise<InvitationRow | undefined>;
}

export interface InvitationStore extends InvitationReader {
  add(row: Omit<InvitationRow, "redeemedAtMs">): Promise<void>;
  /** False, and nothing is done, if it was redeemed already or is not there. */
  redeem(nodeId: NodeId, atMs: WallTimeMs): Promise<boolean>;
  /** Removes at most `limit` that expired before `beforeMs`. */
  prune(beforeMs: WallTimeMs, limit: number): Promise<void>;
}
