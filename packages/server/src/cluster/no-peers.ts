import { CodedError } from "../base/coded-error.ts";
import type { Peers } from "./peers.ts";

/** For a node that runs alone: it has no listener for nodes and reaches none. */
export const NO_PEERS: Peers = {
  call: () =>
    Promise.reject(
      new CodedError("node-unreachable", {
        detail: "this node runs alone: set cluster.advertise to let it reach others",
      }),
    ),
  watch: (_target, observer) => {
    observer.ended({ kind: "closed" });
    return () => undefined;
  },
};
