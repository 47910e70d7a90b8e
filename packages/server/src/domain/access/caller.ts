/** Who asks, as the audit tells it. */
export interface Caller {
  /** `local-administrator`, or `node` for what the node does by itself. */
  readonly name: string;
  /** `socket`, `process`, or a network address. */
  readonly source: string;
  readonly requestId: string;
}

/** The node itself, at start and in its loops. */
export const NODE_ITSELF: Caller = { name: "node", source: "process", requestId: "" };
