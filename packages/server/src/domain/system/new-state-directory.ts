import type { Seen } from "../charter/seen.ts";
import type { NodeIdentity, NodeSelf } from "../node/node-identity.ts";

/**
 * A state directory in the making. It becomes one only by `publish`, the last thing that `init`
 * and `node recover` do; what an interrupted one left is cleared away by the next `prepare`.
 */
export interface NewStateDirectory {
  /** Writes the node's keys. Throws `system-exists`, `state-not-lost`, `file-unwritable`. */
  prepare(self: NodeSelf): Promise<void>;
  publish(identity: NodeIdentity, seen: Seen): Promise<void>;
  /** Removes what `prepare` made. */
  abandon(): Promise<void>;
}
